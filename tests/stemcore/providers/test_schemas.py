"""JSON schemas in the form that OpenAI's strict mode takes."""

from enum import StrEnum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from stemcore.providers.schemas import strict_schema


class Level(StrEnum):
    LOW = "low"
    HIGH = "high"


class Part(BaseModel):
    title: str = Field(min_length=1, max_length=9)
    level: Level | None = None


class Whole(BaseModel):
    """A whole."""

    kind: Literal["whole"]
    parts: list[Part]
    count: int = 3
    first: Part


def objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for item in schema for found in objects(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" else []
    return own + [found for value in schema.values() for found in objects(value)]


def test_it_closes_objects_and_requires_everything() -> None:
    strict = strict_schema(Whole.model_json_schema())
    assert strict is not None
    for found in objects(strict):
        assert found["additionalProperties"] is False
        assert found["required"] == list(found["properties"])
    assert strict["required"] == ["kind", "parts", "count", "first"]


def test_it_makes_optional_properties_nullable() -> None:
    strict = strict_schema(Whole.model_json_schema())
    assert strict is not None
    assert {"type": "null"} in strict["properties"]["count"]["anyOf"]
    assert strict["properties"]["kind"] == {"const": "whole", "type": "string"}
    level = strict["$defs"]["Part"]["properties"]["level"]
    assert level["anyOf"].count({"type": "null"}) == 1


def test_it_drops_what_strict_mode_does_not_know() -> None:
    text = str(strict_schema(Whole.model_json_schema()))
    assert not any(word in text for word in ("minLength", "maxLength", "default", "'title': 'T"))


def test_it_keeps_a_property_that_is_called_like_a_keyword() -> None:
    schema = {
        "type": "object",
        "properties": {"title": {"type": "string"}, "default": {"type": "string"}},
        "required": ["title", "default"],
    }
    strict = strict_schema(schema)
    assert strict is not None
    assert set(strict["properties"]) == {"title", "default"}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"a": {"allOf": [{"type": "string"}]}}},
        {"type": "object"},
        {"type": "array", "items": {"type": "string"}},
    ],
)
def test_it_has_no_strict_form_of_open_schemas(schema: dict[str, Any]) -> None:
    assert strict_schema(schema) is None
