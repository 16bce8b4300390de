"""What a request may carry: the base of the body models, and their types."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    model_validator,
)

from stemcore.api import faults
from stemcore.embedded.demo.people import CLASS_ID, TEACHER_ID
from stemcore.errors import InvalidRequest
from stemcore.prompts import is_blank
from stemcore.raw_json import FieldSplitter, clean_json, has_more_values, join_fields

MAX_VALUES = 20_000
"""Values in one field, those in its lists and objects counted."""

B = TypeVar("B", bound="Body")
T = TypeVar("T")


def _no_bool(value: Any) -> Any:
    """JSON's true is not a number, though Python's is."""
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and is_blank(value) else value


def _not_blank(text: str) -> str:
    if is_blank(text):
        raise ValueError("must not be blank")
    return text


SEEN: dict[str, JsonValue] = {"pattern": r"\S"}
"""What the API's document says of texts that must not be blank."""

Text = Annotated[
    str, StringConstraints(min_length=1), AfterValidator(_not_blank), Field(json_schema_extra=SEEN)
]
"""A required text, with something in it to see; taken as it is."""

Number = Annotated[float, BeforeValidator(_no_bool), Field(allow_inf_nan=False)]
Whole = Annotated[int, BeforeValidator(_no_bool)]
"""A whole number; numeric strings are taken."""

Truth = Annotated[bool, Field(strict=True)]
"""True or false; no word or number stands for one."""

TimeoutMs = Annotated[Whole, Field(le=3_600_000)]
"""Milliseconds until the caller gives up; zero and below count as absent."""

SandboxId = Annotated[str | None, BeforeValidator(_blank_is_none)]
"""A guest's sandbox; a blank one counts as absent, and the guest guard looks at the rest."""

Upto10 = Annotated[tuple[T, ...], Field(max_length=10, fail_fast=True)]
Upto100 = Annotated[tuple[T, ...], Field(max_length=100, fail_fast=True)]
Upto1000 = Annotated[tuple[T, ...], Field(max_length=1000, fail_fast=True)]
"""A list of so many entries at most; the first that does not fit ends the looking."""


class Part(BaseModel):
    """Base of objects inside a body: unknown fields are ignored, null means absent."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {name: value for name, value in data.items() if value is not None}
        return data


class Body(BaseModel):
    """Base of the request bodies: unknown fields are ignored, null means absent.

    The docstrings of the fields and the `examples`, each by its title, are for callers: they stand
    in the API's document.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    examples: ClassVar[Mapping[str, Mapping[str, Any]]] = {}


class ClassBody(Body):
    """A body that speaks of one class as one user.

    A sandbox id that is no UUID opens no class, so any text may stand there.
    """

    examples = {"A teacher": {"class_id": CLASS_ID, "user_id": TEACHER_ID}}

    class_id: UUID
    """The class."""
    user_id: UUID
    """The acting user: with a user's token, the token's."""
    sandbox_id: SandboxId = None
    """The sandbox of a guest."""

    @property
    def sandbox(self) -> UUID | None:
        try:
            return UUID(self.sandbox_id or "")
        except ValueError:
            return None


def read_body(raw: bytes, model: type[B]) -> B:
    """The body as its model.

    Raises InvalidJson for what is not JSON, and InvalidRequest for what does not fit. What the
    model does not declare costs next to nothing.
    """
    fields = _splitter(model).split(clean_json(raw))
    if fields is None:
        raise InvalidRequest.of_field("body", "must be a JSON object")
    for name, part in fields.items():
        if len(part) > MAX_VALUES and has_more_values(part, MAX_VALUES):
            raise InvalidRequest.of_field(name, f"must have at most {MAX_VALUES} values in it")
    try:
        return model.model_validate_json(join_fields(fields))
    except ValidationError as error:
        raise faults.of_request(error, model) from None


@cache
def _splitter(model: type[Body]) -> FieldSplitter:
    return FieldSplitter([field.alias or name for name, field in model.model_fields.items()])
