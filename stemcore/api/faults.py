"""What does not fit in a request, in words of JSON: "must be a list of texts"."""

from collections.abc import Iterable
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, ValidationError

from stemcore.errors import FieldFault, InvalidJson, InvalidRequest

MOST = 20
"""Faults that one answer tells."""
TOLD = 5
"""Faults that its sentence names."""

WORDS = {
    "missing": "is required",
    "string_type": "must be a text",
    "string_too_long": "must have at most {max_length} characters",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "literal_error": "must be {expected}",
    "too_long": "must have at most {max_length} entries",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "list_type": "must be {expected_list}",
    "tuple_type": "must be {expected_list}",
    "value_error": "{error}",
}
"""Pydantic's kind of fault → our words, with the fields of its context."""


def of_request(error: ValidationError, model: type[BaseModel]) -> InvalidRequest | InvalidJson:
    """The faults that a model found in a request as the error to raise."""
    found = error.errors(include_url=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return InvalidJson()
    # A list whose looking ended at a bad entry counts as short, too.
    inside = {fault["loc"][:-1] for fault in found}
    told = [f for f in found if f["type"] != "too_short" or f["loc"] not in inside]
    details = [_fault(fault, model) for fault in told[:MOST]]
    sentence = "; ".join(f"{fault.field}: {fault.message}" for fault in details[:TOLD])
    return InvalidRequest(sentence, details=details)


def _fault(found: Any, model: type[BaseModel]) -> FieldFault:
    path = found["loc"]
    return FieldFault(".".join(map(str, path)) or "body", _must(found, path, model))


def _must(found: Any, path: tuple[int | str, ...], model: type[BaseModel]) -> str:
    kind, context = found["type"], found.get("ctx", {})
    if kind in ("string_too_short", "too_short"):
        return _too_short(context["min_length"], "entries" if kind == "too_short" else "characters")
    if kind == "too_long" and context["field_type"] == "Value":
        kind = "string_too_long"  # what Pydantic says of a text that a validator stands before
    words = WORDS.get(kind, "does not fit")
    if "{expected_list}" in words:
        return words.format(expected_list=_list_of(path, model))
    return words.format(**context)


def _too_short(least: int, what: str) -> str:
    return "must not be empty" if least == 1 else f"must have at least {least} {what}"


NOUNS: dict[Any, str] = {str: "texts", int: "whole numbers", float: "numbers", UUID: "UUIDs"}


def _list_of(path: Iterable[int | str], model: type[BaseModel]) -> str:
    """What the list at a path holds, as far as the model's annotations say."""
    for kind in _parts(_annotation(path, model)):
        if get_origin(kind) in (list, tuple):
            [item, *_] = [part for part in _parts(get_args(kind)[0]) if part is not type(None)]
            if get_origin(item) is Literal:
                return "a list of texts"
            return f"a list of {NOUNS.get(item, 'objects')}"
    return "a list"


def _annotation(path: Iterable[int | str], model: Any) -> Any:
    found: Any = model
    for name in path:
        if isinstance(name, int):
            found = next((get_args(part)[0] for part in _parts(found) if get_args(part)), None)
            continue
        [owner] = [part for part in _parts(found) if hasattr(part, "model_fields")] or [None]
        fields = {} if owner is None else owner.model_fields
        found = next(
            (field.annotation for key, field in fields.items() if name in (key, field.alias)), None
        )
    return found


def _parts(kind: Any) -> list[Any]:
    """A type, or the members of a union, without what annotates them."""
    origin, members = get_origin(kind), get_args(kind)
    if origin is None or origin in (list, tuple, dict, Literal):
        return [kind]
    if hasattr(kind, "__metadata__"):
        return _parts(members[0])
    return [part for member in members for part in _parts(member)]
