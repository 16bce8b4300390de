"""Request bodies: bytes → JSON → a typed model, with faults that name the field."""

import json
import re
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic import ValidationError as PydanticError

from stemcore.errors import FieldFault, InvalidJson, InvalidRequest, UnsupportedMediaType
from stemcore.text import clean_text

MAX_DEPTH = 64
_SHOULD = re.compile(r"\A(?:Input|String|List|Tuple|Value|Dictionary) should")
_JSON_TYPE = re.compile(r"application/(?:json|[a-z0-9!#$&^_.+-]+\+json)$")

M = TypeVar("M", bound="Body")


def _no_bool(value: Any) -> Any:
    """JSON's true is not a number, though Python's is."""
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


Text = Annotated[str, StringConstraints(min_length=1)]
"""A required text: at least one character."""

Number = Annotated[float, BeforeValidator(_no_bool), Field(allow_inf_nan=False)]
Whole = Annotated[int, BeforeValidator(_no_bool)]
"""A whole number; numeric strings are taken."""

TimeoutMs = Annotated[Whole, Field(le=3_600_000)]
"""Milliseconds until the caller gives up; zero and below count as absent."""


class Body(BaseModel):
    """Base of the request bodies: unknown fields are ignored, null means absent."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {name: value for name, value in data.items() if value is not None}
        return data


class ClassBody(Body):
    """A body that speaks of one class as one user."""

    class_id: UUID
    user_id: UUID


class EmptyBody(Body):
    """For a route that reads nothing from its body."""


def check_media_type(content_type: str) -> None:
    """Raises UnsupportedMediaType unless the type is JSON or absent."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type and not _JSON_TYPE.match(media_type):
        raise UnsupportedMediaType


def read_json(raw: bytes) -> Any:
    """The JSON value of a body, its texts cleaned for storage. Raises InvalidJson."""
    try:
        text = raw.decode("utf-8-sig", "surrogatepass")
        return _clean(json.loads(text, parse_constant=_refuse_constant), MAX_DEPTH)
    except (ValueError, RecursionError):
        raise InvalidJson from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _clean(value: Any, depth: int) -> Any:
    if depth == 0:
        raise InvalidJson("The request body is nested too deeply.")
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_clean(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {clean_text(key): _clean(item, depth - 1) for key, item in value.items()}
    return value


def parse_body(raw: bytes, model: type[M]) -> M:
    """The body as its model.

    Raises InvalidJson for what is not JSON and InvalidRequest for what does not fit.
    """
    data = read_json(raw)
    if not isinstance(data, dict):
        raise InvalidRequest.of_field("body", "must be a JSON object")
    try:
        return model.model_validate(data)
    except PydanticError as error:
        raise _faults(error) from None


def _faults(error: PydanticError) -> InvalidRequest:
    details = [
        FieldFault(
            ".".join(str(part) for part in found["loc"]) or "body",
            _must(found["type"], found["msg"]),
        )
        for found in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    sentence = "; ".join(f"{fault.field}: {fault.message}" for fault in details[:5])
    return InvalidRequest(sentence, details=details)


def _must(kind: str, message: str) -> str:
    """Pydantic's message as "must …"."""
    if kind == "missing":
        return "is required"
    if kind == "string_too_short":
        return "must not be empty"
    if kind.startswith("uuid"):
        return "must be a UUID"
    message = _SHOULD.sub("must", message.removeprefix("Value error, "))
    return message if message.startswith(("must", "is ")) else f"must be {message}"
