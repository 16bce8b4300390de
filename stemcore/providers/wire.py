"""Pieces that the wire models of all providers share."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

from stemcore.text import clean_text

_LARGEST_COUNT = 2**31 - 1  # what an integer column holds


class WireModel(BaseModel):
    """A part of a provider's answer; what we do not read is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class CamelModel(WireModel):
    """The same for providers that write camelCase."""

    model_config = ConfigDict(alias_generator=to_camel)


def _count(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_COUNT:
        return value
    return None


def _text(value: Any) -> Any:
    return clean_text(value) if isinstance(value, str) else value


Count = Annotated[int | None, BeforeValidator(_count)]
"""A number of tokens. A wrong one is unknown: it must not cost the answer."""

CleanText = Annotated[str, BeforeValidator(_text)]
"""Text of a model; halves of surrogate pairs, which JSON escapes can carry, are replaced."""


def read_body(content: bytes) -> Any:
    """The JSON value of a response body. Raises ValueError."""
    return json.loads(content.decode("utf-8", "replace"))


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds that a `Retry-After` header asks to wait, given as a number or as a date."""
    value = headers.get("retry-after")
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(value)
    return seconds if 0 <= seconds < float("inf") else None


def _until(date: str) -> float:
    """Seconds until an HTTP date, negative when it is none."""
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return -1.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
