"""Faults of a request in words of JSON, each field by its path."""

import json
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import Field

from stemcore.api.body import Body, Number, Part, Text, TimeoutMs, Upto10, Whole, read_body
from stemcore.errors import InvalidRequest

PYTHON = ("tuple", "dict", "str ", "string", "int ", "instance", "None", "valid", "input")


class Turn(Part):
    role: Literal["student", "assistant"]
    size: Whole = 0


class Asked(Body):
    name: Text = "x"
    short: Annotated[str, Field(min_length=2, max_length=3)] = "abc"
    line: Annotated[Text, Field(max_length=3)] = "abc"
    owner: UUID | None = None
    count: Annotated[Whole, Field(ge=1, le=5)] = 1
    ratio: Annotated[Number, Field(gt=0, lt=1)] = 0.5
    exact: bool = False
    hints: dict[str, Any] = {}
    turn: Turn | None = None
    turns: Upto10[Turn] = ()
    names: Upto10[Text] = ()
    kinds: Upto10[Literal["a", "b"]] = ()
    numbers: list[float] = []
    ids: Upto10[UUID] | None = None
    filled: Annotated[tuple[Text, ...], Field(min_length=1, fail_fast=True)] = ("x",)
    timeout_ms: TimeoutMs | None = None


def fault(**fields: Any) -> tuple[str, str]:
    with pytest.raises(InvalidRequest) as raised:
        read_body(json.dumps(fields).encode(), Asked)
    [found] = raised.value.details
    return found.field, found.message


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("name", 7, "must be a text"),
        ("name", "", "must not be empty"),
        ("short", "a", "must have at least 2 characters"),
        ("short", "abcd", "must have at most 3 characters"),
        ("line", "abcd", "must have at most 3 characters"),
        ("owner", "7", "must be a UUID"),
        ("owner", 7, "must be a UUID"),
        ("count", "many", "must be a whole number"),
        ("count", 1.5, "must be a whole number"),
        ("count", [], "must be a whole number"),
        ("count", True, "must be a number"),
        ("count", 0, "must be at least 1"),
        ("count", 6, "must be at most 5"),
        ("ratio", "half", "must be a number"),
        ("ratio", {}, "must be a number"),
        ("ratio", 0, "must be more than 0"),
        ("ratio", 1, "must be less than 1"),
        ("exact", "perhaps", "must be true or false"),
        ("exact", [], "must be true or false"),
        ("hints", [], "must be an object"),
        ("turn", [], "must be an object"),
        ("turns", {}, "must be a list of objects"),
        ("names", "one", "must be a list of texts"),
        ("kinds", "a", "must be a list of texts"),
        ("numbers", "1", "must be a list of numbers"),
        ("ids", 7, "must be a list of UUIDs"),
        ("filled", [], "must not be empty"),
        ("names", ["x"] * 11, "must have at most 10 entries"),
        ("timeout_ms", 10**7, "must be at most 3600000"),
    ],
)
def test_it_says_what_a_field_must_be(name: str, value: Any, told: str) -> None:
    assert fault(**{name: value}) == (name, told)


@pytest.mark.parametrize(
    ("fields", "path", "told"),
    [
        ({"names": ["a", 7]}, "names.1", "must be a text"),
        ({"names": ["\u200b"]}, "names.0", "must not be blank"),
        ({"filled": [7, "x"]}, "filled.0", "must be a text"),
        ({"turns": [{"role": "student"}, {}]}, "turns.1.role", "is required"),
        ({"turns": [{"role": "x"}]}, "turns.0.role", "must be 'student' or 'assistant'"),
        ({"turn": {"role": "student", "size": "x"}}, "turn.size", "must be a whole number"),
    ],
)
def test_it_names_the_place_inside_a_field(fields: Any, path: str, told: str) -> None:
    assert fault(**fields) == (path, told)


def test_null_means_absent_inside_and_outside() -> None:
    read = read_body(b'{"name": null, "turn": {"role": "student", "size": null}}', Asked)
    assert read == Asked(turn=Turn(role="student"))


@pytest.mark.parametrize("value", [7, "x", [], {}, True, 1.5, [[]], [{}], {"a": 1}, 10**30, "é"])
def test_it_never_speaks_of_python(value: Any) -> None:
    for name in Asked.model_fields:
        try:
            read_body(json.dumps({name: value}).encode(), Asked)
        except InvalidRequest as error:
            for found in error.details:
                assert found.message.startswith(("must ", "is required"))
                assert not any(word in found.message for word in PYTHON)


def test_it_tells_twenty_faults_at_most() -> None:
    many: type[Body] = type(
        "Many", (Body,), {"__annotations__": {f"field_{n}": Text for n in range(50)}}
    )
    with pytest.raises(InvalidRequest) as raised:
        read_body(b"{}", many)
    assert len(raised.value.details) == 20
    assert raised.value.message.count(";") == 4
