"""The typed quiz answer: what every question must have."""

import re
from collections.abc import Sequence
from typing import Any, Self

from pydantic import field_validator, model_validator

from learning.gate.text import comparable
from stemcore.answers import Answer, ItemsAnswer, Statement, broken_rule

MAX_QUESTIONS = 20
CHOICES = 4
_LETTERS = "ABCD"
# "A) …", "(b) …", "C. …", "4: …" in front of a choice.
_LABEL = re.compile(r"\(?([A-Da-d1-4])[).:]\s+(?=\S)|\(([A-Da-d1-4])\)\s*(?=\S)")
_ONLY_LETTER = re.compile(r"(?:option|choice|answer)?\s*\(?([A-Da-d])[).:]?", re.IGNORECASE)


class QuizQuestion(Answer):
    """A question with four different choices, one of which is the answer."""

    question: Statement
    choices: list[str]
    answer: Statement
    explanation: str

    @field_validator("choices", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """Choices given by letter, as {"A": …}, are a list in that order."""
        return list(value.values()) if isinstance(value, dict) else value

    @field_validator("explanation")
    @classmethod
    def _explains(cls, value: str) -> str:
        if not comparable(value):
            raise broken_rule("no_explanation", "must not be empty")
        return value

    @model_validator(mode="before")
    @classmethod
    def _explanation_present(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("explanation") is None:
            return {**value, "explanation": ""}
        return value

    @model_validator(mode="after")
    def _keyed(self) -> Self:
        labelled = self.choices
        self.choices = without_labels(labelled)
        _check_choices(self.choices)
        key = find_key(self.answer, self.choices, labelled)
        if key is None:
            raise broken_rule("key_missing", "answer must be one of the choices")
        self.answer = self.choices[key]
        return self


class QuizAnswer(ItemsAnswer):
    """The questions of a quiz; those that do not fit are left out."""

    items_field = "questions"
    item_field = "question"

    questions: list[QuizQuestion]


def without_labels(choices: Sequence[str]) -> list[str]:
    """The choices without "A)", "B)", … when all of them have it, in order."""
    found = [_LABEL.match(choice) for choice in choices]
    labels = "".join((match[1] or match[2]).upper() for match in found if match)
    if labels not in ("ABCD", "1234") or len(choices) != CHOICES:
        return list(choices)
    return [
        choice[match.end() :].strip()
        for choice, match in zip(choices, found, strict=True)
        if match is not None
    ]


def find_key(answer: str, choices: Sequence[str], labelled: Sequence[str]) -> int | None:
    """The place of the choice that an answer names: by its text, with its label, or by letter."""
    for texts in (choices, labelled):
        if answer in texts:
            return texts.index(answer)
        wanted = comparable(answer)
        alike = [place for place, text in enumerate(texts) if comparable(text) == wanted]
        if len(alike) == 1:
            return alike[0]
    letter = _ONLY_LETTER.fullmatch(answer)
    return _LETTERS.index(letter[1].upper()) if letter else None


def _check_choices(choices: Sequence[str]) -> None:
    if len(choices) != CHOICES:
        raise broken_rule("not_four_choices", f"choices must be exactly {CHOICES}")
    keys = [comparable(choice) for choice in choices]
    if not all(keys):
        raise broken_rule("empty_choice", "choices must not be empty")
    if len(set(keys)) < CHOICES:
        raise broken_rule("alike_choices", "choices must all be different")
