"""The JSON schema of a typed answer, for providers with a structured-output mode."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from pydantic import BaseModel

# What every structured-output mode understands; the rest is checked here after reading.
_KEPT = {"type", "enum", "const", "description", "items", "properties", "anyOf"}
# Descriptions of fields are for the model; the docstring of a class is for its readers.
_KEPT_OF_OBJECTS = _KEPT - {"description"}


@dataclass(frozen=True)
class AnswerSchema:
    """JSON schema of a wanted answer; `name` is letters, digits and underscores."""

    name: str
    schema: Mapping[str, Any] = field(hash=False)


@cache
def answer_schema(model: type[BaseModel], name: str) -> AnswerSchema:
    """The schema of `model`: references resolved, every field required, no other field allowed.

    A field that may be missing in an answer is nullable here, as strict modes want it.
    """
    schema = model.model_json_schema(by_alias=True)
    return AnswerSchema(name, _portable(schema, schema.get("$defs", {})))


def _portable(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    if reference := schema.get("$ref"):
        return _portable(definitions[reference.rpartition("/")[2]], definitions)
    wanted = _KEPT_OF_OBJECTS if "properties" in schema else _KEPT
    kept = {key: value for key, value in schema.items() if key in wanted}
    if "items" in kept:
        kept["items"] = _portable(kept["items"], definitions)
    if "anyOf" in kept:
        kept["anyOf"] = [_portable(option, definitions) for option in kept["anyOf"]]
    if "properties" in kept:
        kept |= _closed_object(cast(dict[str, Any], kept["properties"]), definitions)
    return kept


def _closed_object(fields: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    properties = {name: _portable(field, definitions) for name, field in fields.items()}
    return {
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
