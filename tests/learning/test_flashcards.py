"""What a flashcard must have, and under which names its sides come."""

import json
from typing import Any

import pytest

from learning.flashcards import CardsAnswer
from stemcore.answers import UnusableAnswer, read_answer

BACK = "Mass times acceleration, in newtons."


def read(payload: object) -> list[dict[str, Any]]:
    answer = read_answer(json.dumps(payload), CardsAnswer, "flashcards")
    return [card.model_dump() for card in answer.cards]


@pytest.mark.parametrize(
    "payload",
    [
        {"cards": [{"front": "Force", "back": BACK}]},
        {"flashcards": [{"term": "Force", "definition": BACK}]},
        {"Flash Cards": [{"question": "Force", "answer": BACK}]},
        {"deck": [{"Front": "Force", "Back": BACK, "tags": ["mechanics"]}]},
        [{"prompt": "Force", "response": BACK}],
        {"term": "Force", "definition": BACK},
    ],
)
def test_it_reads_the_sides_under_other_usual_names(payload: object) -> None:
    assert read(payload) == [{"front": "Force", "back": BACK}]


@pytest.mark.parametrize("front", ["∈", "=", "{}", "`==`"])
def test_a_symbol_is_a_front(front: str) -> None:
    assert read({"cards": [{"front": front, "back": BACK}]}) == [{"front": front, "back": BACK}]


@pytest.mark.parametrize("back", ["$F=ma$", "a → b", "x<y", "光合作用"])
def test_operands_and_signs_of_a_formula_are_words_of_a_back(back: str) -> None:
    assert read({"cards": [{"front": "Law", "back": back}]})


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        ({"front": " \u200b", "back": BACK}, "front: must not be empty"),
        ({"front": "Force", "back": "mass"}, "back: must have at least 3 words"),
        ({"front": "Force", "back": "$F$"}, "back: must have at least 3 words"),
        ({"front": "Force"}, "back: is missing"),
    ],
)
def test_it_names_what_is_wrong(card: dict[str, str], fault: str) -> None:
    with pytest.raises(UnusableAnswer) as raised:
        read({"cards": [card]})
    assert fault in "; ".join(raised.value.faults)
