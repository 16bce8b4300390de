"""Good STEM items, written for these tests: what the gate must let through.

`clean_*` and `sets_of("tuning")` are what its rules were made with; `sets_of("held_out…")` never.
"""

import re
from pathlib import Path
from random import Random
from typing import Any

from learning.flashcards import Card
from learning.quiz import QuizQuestion

Item = dict[str, Any]

_HERE = Path(__file__).parent
_FIELDS = {"?": "question", "+": "answer", "!": "explanation"}


def clean_questions() -> list[QuizQuestion]:
    """The clean questions, their choices in an order that is the same in every run."""
    random = Random(7)
    questions = []
    for line in _lines("questions.txt"):
        stem, key, others, explanation = (part.strip() for part in line.split(" | "))
        choices = [key, *(other.strip() for other in others.split(";"))]
        random.shuffle(choices)
        fields = {"question": stem, "choices": choices, "answer": key, "explanation": explanation}
        questions.append(QuizQuestion.model_validate(fields))
    return questions


def clean_cards() -> list[Card]:
    """The clean cards."""
    parts = (line.split(" | ") for line in _lines("cards.txt"))
    return [Card(front=front.strip(), back=back.strip()) for front, back in parts]


def _lines(name: str) -> list[str]:
    text = (_HERE / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def sets_of(name: str) -> dict[str, list[Item]]:
    """The sets of a file by their titles, each a list of questions or a list of cards.

    The key stands at another place in each question.
    """
    text = (_HERE / f"{name}.txt").read_text(encoding="utf-8")
    titles_and_bodies = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    pairs = zip(titles_and_bodies[::2], titles_and_bodies[1::2], strict=True)
    return {title: _items(body) for title, body in pairs}


def _items(body: str) -> list[Item]:
    blocks = body.strip().split("\n\n")
    return [_item(number, block.splitlines()) for number, block in enumerate(blocks)]


def _item(number: int, lines: list[str]) -> Item:
    parts = [(line[0], line[1:].strip()) for line in lines]
    if ">" in (mark for mark, _ in parts):
        (_, front), (_, back) = parts
        return {"front": front, "back": back}
    item: Item = {_FIELDS[mark]: text for mark, text in parts if mark in _FIELDS}
    choices = [text for mark, text in parts if mark == "-"]
    choices.insert(number % 4, item["answer"])
    return {**item, "choices": choices}
