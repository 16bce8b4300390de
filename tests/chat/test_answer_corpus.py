"""Every typed answer of the service on malformed model answers."""

from typing import Any

import pytest

from chat.answer import ChatAnswer
from chat.canvas.specs import ChartSpec, DiagramSpec, VectorSpec, WaveSpec
from learning.blueprint import BlueprintAnswer
from learning.flashcards import CardsAnswer
from learning.quiz import QuizAnswer
from stemcore.answers import Answer, UnusableAnswer, answer_schema, read_answer
from tests.learning import samples
from tests.malformed import Malformed, malformed_answers

SCHEMAS: list[tuple[type[Answer], dict[str, Any]]] = [
    (BlueprintAnswer, samples.BLUEPRINT),
    (QuizAnswer, samples.QUIZ),
    (CardsAnswer, samples.CARDS),
    (ChatAnswer, samples.CHAT),
    (ChartSpec, samples.CHART),
    (DiagramSpec, samples.DIAGRAM),
    (WaveSpec, samples.WAVE),
    (VectorSpec, samples.VECTOR),
]
EACH = 140
"""Malformed answers for every schema: five of each flaw."""

CASES = [
    pytest.param(model, payload, malformed, id=f"{model.__name__}-{malformed.flaw}")
    for seed, (model, payload) in enumerate(SCHEMAS)
    for malformed in malformed_answers(payload, seed, EACH)
]


def read_or_refusal(text: str, model: type[Answer]) -> Answer | UnusableAnswer:
    try:
        return read_answer(text, model, "quiz")
    except UnusableAnswer as unusable:
        return unusable


@pytest.mark.parametrize(("model", "payload", "malformed"), CASES)
def test_it_loses_nothing_valid_and_names_what_is_wrong(
    model: type[Answer], payload: dict[str, Any], malformed: Malformed
) -> None:
    read = read_or_refusal(malformed.text, model)
    if malformed.keeps:
        assert isinstance(read, Answer), read
        assert read.model_dump(by_alias=True) == payload
    elif isinstance(read, UnusableAnswer):
        assert read.faults
        assert "quiz" in read.message
    else:
        again = model.model_validate(read.model_dump(by_alias=True))
        assert again.model_dump() == read.model_dump()


def test_the_corpus_is_large_enough() -> None:
    assert len(CASES) >= 400


@pytest.mark.parametrize(("model", "payload"), SCHEMAS)
def test_its_schema_describes_the_valid_answer(
    model: type[Answer], payload: dict[str, Any]
) -> None:
    described(payload, dict(answer_schema(model, "sample").schema))


def described(value: Any, schema: dict[str, Any]) -> None:
    """Asserts that a value has exactly the fields of its schema, all the way down."""
    options = [option for option in schema.get("anyOf", [schema]) if option["type"] != "null"]
    if value is None:
        assert "anyOf" in schema
    elif isinstance(value, dict):
        assert value.keys() == options[0]["properties"].keys()
        for name, inner in value.items():
            described(inner, options[0]["properties"][name])
    elif isinstance(value, list):
        for entry in value:
            described(entry, options[0]["items"])
    elif "enum" in options[0]:
        assert value in options[0]["enum"]
