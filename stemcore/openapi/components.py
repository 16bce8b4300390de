"""Our types as components of the document: pydantic says what they look like in JSON."""

import ast
import inspect
import json
from collections.abc import Mapping
from itertools import pairwise
from textwrap import dedent
from typing import Any, Literal

from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent
from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

Mode = Literal["validation", "serialization"]

LIMITS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
REF = "#/components/schemas/{model}"
DOCSTRINGS = ConfigDict(use_attribute_docstrings=True)
"""For TypedDicts and dataclasses, which have no configuration of their own."""


class WireSchema(GenerateJsonSchema):
    """JSON schemas of what travels.

    Where a request may leave a field out, null means the same; an answer has every field that is
    not declared to be left out.
    """

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        default = made.pop("default", None)
        if self.mode == "serialization":
            return made
        made = _or_null(made)
        return made if default is None else {**made, "default": default}

    def field_is_required(self, field: Any, total: bool) -> bool:
        if self.mode == "serialization" and field["type"] != "typed-dict-field":
            return field.get("serialization_exclude_if") is None
        return super().field_is_required(field, total)

    def model_field_schema(self, schema: core_schema.ModelField) -> JsonSchemaValue:
        made = super().model_field_schema(schema)
        left_out = self.mode == "serialization" and schema.get("serialization_exclude_if")
        return _never_null(made) if left_out else made

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = _introduced(super().model_schema(schema))
        docstrings = _docstrings(schema["cls"])
        for name, field in schema["cls"].model_fields.items():
            _describe(made["properties"][field.alias or name], docstrings.get(name))
        return made

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        return _introduced(super().typed_dict_schema(schema))

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        return _introduced(super().dataclass_schema(schema))


def add_type(registry: ComponentRegistry, name: str, of: Any, mode: Mode) -> dict[str, Any]:
    """Adds the schema of a type under a name, with those that it refers to; returns the reference.

    Raises ValueError when two types would have one name.
    """
    # The configuration cannot be given with a type that may have its own, only with a list of it.
    adapter = TypeAdapter(list[of], config=DOCSTRINGS)
    made = adapter.json_schema(ref_template=REF, schema_generator=WireSchema, mode=mode)
    types = made.pop("$defs")
    top = types.pop(made["items"]["$ref"].rpartition("/")[2])
    for inner, schema in types.items():
        add(registry, ResolvedComponent.SCHEMA, inner, _in_words_of_json(schema))
    return add(registry, ResolvedComponent.SCHEMA, name, _in_words_of_json(top))


def add(registry: ComponentRegistry, kind: str, name: str, value: Any) -> dict[str, Any]:
    """Adds a component unless it is there; returns the reference to it.

    Raises ValueError when another component has its name.
    """
    component = ResolvedComponent(name, kind, schema=value, object=name)
    if component not in registry:
        registry.register(component)
    elif registry[component].schema != value:
        raise ValueError(f"two components of {kind} are named {name}: rename one of them")
    return dict(component.ref)


def envelope(*, ok: bool, data: Mapping[str, Any], error: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an answer with these schemas of its data and its error."""
    return {
        "type": "object",
        "required": ["ok", "data", "error", "meta"],
        "properties": {
            "ok": {"const": ok},
            "data": data,
            "error": error,
            "meta": {"$ref": "#/components/schemas/Meta"},
        },
    }


def _in_words_of_json(schema: Any) -> Any:
    """The schema with limits of numbers as JSON Schema names them.

    Where a validator of ours comes first, pydantic leaves them under its own names.
    """
    if isinstance(schema, list):
        return [_in_words_of_json(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        LIMITS.get(key, key) if isinstance(value, int | float) else key: _in_words_of_json(value)
        for key, value in schema.items()
    }


def _describe(field: JsonSchemaValue, docstring: str | None) -> None:
    """Says in words what a field is, and its default.

    Of a field with the keyword `default` generators of clients make one that must be sent.
    """
    default = field.pop("default", None)
    said = [docstring] if docstring else []
    if default not in (None, "", [], {}):
        said.append(f"Default: `{json.dumps(default)}`.")
    if said:
        field["description"] = " ".join(said)


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """The docstrings of a model's fields.

    Pydantic reads them too, but when the class is made, which would double the time in which a
    process starts.
    """
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and kind is not BaseModel:
            [tree] = ast.parse(dedent(inspect.getsource(kind))).body
            found |= _said_below_fields(tree)
    return {name: found[name] for name in model.model_fields if name in found}


def _said_below_fields(tree: ast.AST) -> dict[str, str]:
    return {
        field.target.id: one_line(said.value.value)
        for field, said in pairwise(getattr(tree, "body", ()))
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(said, ast.Expr)
        and isinstance(said.value, ast.Constant)
        and isinstance(said.value.value, str)
    }


def _introduced(schema: JsonSchemaValue) -> JsonSchemaValue:
    """Without the title, which repeats the name; of a docstring the first paragraph."""
    schema.pop("title", None)
    if "description" in schema:
        schema["description"] = one_line(schema["description"].partition("\n\n")[0])
    return schema


def one_line(text: str) -> str:
    """The text without line breaks, for a reader of any width."""
    return " ".join(text.split())


def _or_null(schema: JsonSchemaValue) -> JsonSchemaValue:
    kind, options = schema.get("type"), schema.get("anyOf", [])
    if kind == "null" or {"type": "null"} in options:
        return schema
    if options:
        return {**schema, "anyOf": [*options, {"type": "null"}]}
    if isinstance(kind, str) and not {"enum", "const"} & schema.keys():
        return {**schema, "type": [kind, "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _never_null(schema: JsonSchemaValue) -> JsonSchemaValue:
    options = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
    if not options:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**options[0], **rest} if len(options) == 1 else {**rest, "anyOf": options}
