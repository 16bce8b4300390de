"""Kinds of fields that typed answers share."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, WrapValidator
from pydantic_core.core_schema import ValidatorFunctionWrapHandler

from stemcore.answers.numbers import number_in

# Letters by their class that show nothing.
_FILLERS = "\u115f\u1160\u3164\uffa0"


LEFT_OUT = Field(exclude_if=lambda value: value is None)
"""For a field that is left out of what is served where it is None."""


def _says_something(text: str) -> str:
    if not any(character.isalnum() and character not in _FILLERS for character in text):
        raise ValueError("must say something")
    return text


def _lowered(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _trimmed(value: object) -> object:
    """The strings of a list, trimmed, without blanks and repetitions; one string is a list."""
    if value is None:
        return []
    entries = [value] if isinstance(value, str) else value
    return list(dict.fromkeys(_texts(entries))) if isinstance(entries, list) else value


def _texts(values: list[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str | int | float) and (text := str(value).strip()):
            yield text


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    if not isinstance(value, str):
        return value
    found = number_in(value)
    if found is None:
        raise ValueError("must be a number")
    return found


def _valid_or_none(value: object, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValidationError:
        return None


OrNone = WrapValidator(_valid_or_none)
"""Makes a value that does not fit None, so that it costs itself alone."""

Statement = Annotated[str, AfterValidator(_says_something)]
"""Text with at least one letter or digit."""

Strings = Annotated[list[str], BeforeValidator(_trimmed)]
"""A list of texts, trimmed and without repetitions."""

Number = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
"""A finite number, also as text with thousands, a typographic minus or a unit (`1,500 m/s`)."""

Whole = Annotated[int, BeforeValidator(_number)]
"""A whole number, written in any of these ways."""

CaseFolded = BeforeValidator(_lowered)
"""Puts a word of a fixed set into lower case before it is checked."""
