"""What typed answers share: fields, lists of text, schema."""

from typing import Literal

import pytest
from pydantic import ValidationError

from stemcore.answers import Answer, Statement, Strings, answer_schema, faults_of


class Part(Answer):
    """Not for the model."""

    long_name: Statement
    kind: Literal["a", "b"] | None = None


class Whole(Answer):
    parts: list[Part]
    notes: Strings = []


@pytest.mark.parametrize("name", ["longName", "long_name"])
def test_it_takes_names_in_either_case(name: str) -> None:
    assert Part.model_validate({name: " x "}).long_name == "x"


@pytest.mark.parametrize(
    ("value", "notes"),
    [(None, []), ("one", ["one"]), ([" a ", "a", "", None, {}, 3], ["a", "3"]), ([], [])],
)
def test_it_trims_lists_of_text_and_drops_repetitions(value: object, notes: list[str]) -> None:
    assert Whole.model_validate({"parts": [], "notes": value}).notes == notes


def test_its_faults_name_the_field_and_not_the_value() -> None:
    with pytest.raises(ValidationError) as raised:
        Whole.model_validate({"parts": [{"kind": "SECRET"}], "notes": 7})
    assert faults_of(raised.value) == [
        "parts[0].longName: is missing",
        "parts[0].kind: must be 'a' or 'b'",
        "notes: must be a valid list",
    ]


def test_its_schema_is_closed_and_stands_alone() -> None:
    assert answer_schema(Whole, "whole").schema == {
        "type": "object",
        "properties": {
            "parts": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "longName": {"type": "string"},
                        "kind": {
                            "anyOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "null"}]
                        },
                    },
                    "required": ["longName", "kind"],
                    "additionalProperties": False,
                },
            },
            "notes": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["parts", "notes"],
        "additionalProperties": False,
    }
