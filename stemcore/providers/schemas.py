"""JSON schemas as OpenAI's strict mode wants them.

Source: platform.openai.com, "Structured outputs", supported schemas: every object closed, every
property required (an optional one becomes nullable), and only some of the keywords.
"""

from collections.abc import Mapping
from typing import Any

_DROPPED = frozenset(
    {"default", "examples", "title", "minLength", "maxLength", "uniqueItems", "format", "$schema"}
)
_IMPOSSIBLE = frozenset(
    {"allOf", "not", "if", "then", "else", "patternProperties", "prefixItems", "dependentRequired"}
)


class NotStrict(Exception):
    """The schema says something that strict mode cannot."""


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema in strict form, or None when it has none (then it is sent as a wish only)."""
    try:
        strict = _strict(schema)
    except NotStrict:
        return None
    # The root must be an object, and not a choice between several.
    return strict if strict.get("type") == "object" else None


def _strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    if not _IMPOSSIBLE.isdisjoint(schema):
        raise NotStrict
    if "$ref" in schema:
        # Strict mode allows nothing beside a reference.
        return {"$ref": schema["$ref"]}
    if schema.get("type") == "object" or "properties" in schema:
        return _strict_object(schema)
    return {
        {"oneOf": "anyOf"}.get(key, key): _named(value) if key == "$defs" else _value(key, value)
        for key, value in schema.items()
        if key not in _DROPPED
    }


def _value(key: str, value: Any) -> Any:
    return value if key in {"enum", "const", "required"} else _strict(value)


def _named(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping from names, not keywords, to schemas."""
    return {name: _strict(schema) for name, schema in schemas.items()}


def _strict_object(schema: Mapping[str, Any]) -> dict[str, Any]:
    if schema.get("additionalProperties") or "properties" not in schema:
        raise NotStrict
    required = set(schema.get("required", ()))
    properties = {
        name: made if name in required else _nullable(made)
        for name, made in _named(schema["properties"]).items()
    }
    strict: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    if "description" in schema:
        strict["description"] = schema["description"]
    if "$defs" in schema:
        strict["$defs"] = _named(schema["$defs"])
    return strict


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    choices = schema.get("anyOf")
    null = {"type": "null"}
    if choices is not None:
        return schema if null in choices else {**schema, "anyOf": [*choices, null]}
    return {"anyOf": [schema, null]}
