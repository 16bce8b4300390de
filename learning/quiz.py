"""The typed quiz answer: what every question must have."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from learning.choices import CHOICES, LETTERS, choices_in
from learning.gate.all_or_none import speaks_of_the_others
from learning.gate.sameness import comparable, is_about_code
from stemcore.answers import Answer, ItemsAnswer, OtherNames, Statement, broken_rule
from stemcore.answers.names import by_field, folded_name

MAX_QUESTIONS = 20

_ANSWER_NAMES = OtherNames(
    "correct_answer", "correct_option", "correct_choice", "correct", "answer_key", "key",
    "right_answer", "correct_answers", "answer_letter", "correct_letter", "answer_index",
    "correct_index", "correct_answer_index", "correct_option_index", "correct_choice_index",
)  # fmt: skip


def _explains(value: str) -> str:
    if not any(character.isalnum() for character in value):
        raise broken_rule("no_explanation", "must not be empty")
    return value


def _explanation(value: object) -> object:
    """An explanation given in steps or by choice is one text."""
    parts = list(value.values()) if isinstance(value, Mapping) else value
    if isinstance(parts, list):
        return " ".join(str(part).strip() for part in parts if isinstance(part, str))
    return "" if value is None else value


class QuizQuestion(Answer):
    """A question with four different choices, one of which is the answer.

    The explanation comes before the choices, for a model that writes the fields in this order
    works the solution out before it settles on a key.
    """

    question: Annotated[Statement, OtherNames("stem", "question_text", "question_stem", "prompt")]
    explanation: Annotated[
        str,
        OtherNames("rationale", "reason", "reasoning", "justification", "feedback", "solution"),
        BeforeValidator(_explanation),
        AfterValidator(_explains),
    ]
    choices: Annotated[
        list[str],
        OtherNames("options", "answer_choices", "answer_options", "alternatives", "answers"),
    ]
    """Four, all different."""
    answer: Annotated[str, _ANSWER_NAMES]
    """The right one of the choices, word for word."""

    @classmethod
    def prepared(cls, fields: dict[str, Any]) -> dict[str, Any]:
        choices = choices_in(fields)
        fields = {"explanation": "", **fields, "answer": _said(fields.get("answer"))}
        if choices is None:
            return fields
        texts = [text for text in choices.texts if isinstance(text, str)]
        code = is_about_code(str(fields.get("question")), *texts)
        place = choices.place_of(fields["answer"], code=code)
        answer = "" if place is None else choices.texts[place]
        return {**fields, "choices": choices.texts, "answer": answer}

    @model_validator(mode="after")
    def _keep_the_rules(self) -> Self:
        _check_choices(self.question, self.choices)
        if self.answer not in self.choices:
            raise broken_rule("key_missing", "answer must be one of the choices")
        return self


class QuizAnswer(ItemsAnswer):
    """The questions of a quiz; those that do not fit are left out."""

    items_field = "questions"
    item_field = "question"

    questions: Annotated[list[QuizQuestion], OtherNames("quiz", "quiz_questions", "items", "mcqs")]

    @classmethod
    def prepared_items(cls, items: list[Any]) -> list[Any]:
        return with_letters(items)


def _said(answer: object) -> object:
    """What an answer says: the one entry of a list, the text of an object, a number as text."""
    if isinstance(answer, list) and len(answer) == 1:
        return _said(answer[0])
    if isinstance(answer, Mapping):
        texts = [value for value in answer.values() if isinstance(value, str)]
        return max(texts, key=len, default="")
    if isinstance(answer, int | float):
        return str(answer)
    return "" if answer is None else answer


def with_letters(items: Sequence[Any]) -> list[Any]:
    """The questions with a letter for an answer that is the index of a choice.

    Whether a model counts from 0 or from 1 shows in an index of 0 or 4 anywhere in its answer, or
    in a field that is called an index. Where it stays open the index is left, and so no answer.
    """
    indexes = [_index(item) for item in items]
    if all(index is None for index in indexes):
        return list(items)
    called = any(_is_called_index(item) for item in items)
    if 0 in indexes or (called and CHOICES not in indexes):
        first = 0
    elif CHOICES in indexes:
        first = 1
    else:
        return list(items)
    return [
        item
        if index is None
        else {**by_field(QuizQuestion, item), "answer": _letter(index - first)}
        for item, index in zip(items, indexes, strict=True)
    ]


def _letter(index: int) -> str:
    return LETTERS[index] if 0 <= index < CHOICES else ""


def _index(item: Any) -> int | None:
    """The answer of a question as an index, unless it is itself one of the choices."""
    if not isinstance(item, Mapping):
        return None
    fields = by_field(QuizQuestion, item)
    answer = str(_said(fields.get("answer"))).strip()
    if len(answer) != 1 or answer not in "01234" or (choices := choices_in(fields)) is None:
        return None
    return None if choices.place_of(answer, code=True) is not None else int(answer)


def _is_called_index(item: Any) -> bool:
    return isinstance(item, Mapping) and any(
        folded_name(str(key)).endswith("index") for key in item
    )


def _check_choices(question: str, choices: Sequence[str]) -> None:
    if len(choices) != CHOICES:
        raise broken_rule("not_four_choices", f"choices must be exactly {CHOICES}")
    code = is_about_code(question, *choices)
    keys = [comparable(choice, code=code) for choice in choices]
    if not all(keys):
        raise broken_rule("empty_choice", "choices must not be empty")
    if len(set(keys)) < CHOICES:
        raise broken_rule("alike_choices", "choices must all be different")
    if speaks_of_the_others(question, choices):
        raise broken_rule("all_or_none", "choices must not speak of the other choices")
