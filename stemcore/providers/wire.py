"""Pieces that the wire models of all providers share.

What an answer stands on is checked; what is only glanced at, such as the usage, is unknown when
it has another shape than documented, and never costs the answer.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, TypeVar

import msgspec
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    TypeAdapter,
    ValidationError,
)
from pydantic.alias_generators import to_camel

from stemcore import portions
from stemcore.prompts import is_blank
from stemcore.raw_json import has_more_values
from stemcore.text import clean_text

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")

_LARGEST_COUNT = 2**31 - 1  # what an integer column holds
_DIGITS = len(str(_LARGEST_COUNT))
_DEEPEST_PART = 5

BODY_BYTES = 8 * 1024 * 1024
BODY_VALUES = 50_000
"""Bounds of a body without vectors: reading it holds the event loop."""

VECTOR_BYTES = 256 * 1024
"""An embedding's: 8,192 numbers with all their digits."""
_VECTOR_OBJECTS = 4  # around it and beside it
_GLANCE_BYTES = 4096


class WireModel(BaseModel):
    """A part of a provider's answer; what we do not read is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class CamelModel(WireModel):
    """The same for providers that write camelCase."""

    model_config = ConfigDict(alias_generator=to_camel)


def _count(value: Any) -> int | None:
    if isinstance(value, str) and value.isdecimal() and len(value) <= _DIGITS:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_COUNT:
        return value
    return None


def _objects(value: Any) -> Any:
    if value is None:
        return []
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else value


Count = Annotated[int | None, BeforeValidator(_count)]
"""A number of tokens. A wrong one is unknown."""

Word = Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else "")]
"""A word, such as the reason why an answer ended; anything else is none."""

Objects = BeforeValidator(_objects)
"""The objects of a list; null is an empty list."""


def body_bytes(body: Mapping[str, Any]) -> bytes:
    """The body of a request as JSON; half a surrogate pair becomes a question mark."""
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def read_body(content: bytes) -> Any:
    """The JSON value of a response body, without the list around it that some put there.

    Raises ValueError, also for one beyond the bounds.
    """
    if len(content) > BODY_BYTES or has_more_values(content, BODY_VALUES):
        raise ValueError("too large")
    try:
        value = json.loads(content.decode("utf-8-sig", "replace"), parse_int=_integer)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if isinstance(value, list) and len(value) == 1:
        return value[0]
    return value


def unread_vectors(content: bytes, shape: type[S], inputs: int) -> S:
    """A response body with embeddings of so many inputs; their numbers are still JSON.

    Raises ValueError.
    """
    if content.count(b"{") > _VECTOR_OBJECTS * (inputs + 1):
        raise ValueError("too many")
    content = content.removeprefix(b"\xef\xbb\xbf").strip()
    if content.startswith(b"["):
        content = content[1:-1]
    try:
        return msgspec.json.decode(content, type=shape)
    except RecursionError:
        raise ValueError("nested too deep") from None


async def read_vectors(vectors: Iterable[msgspec.Raw]) -> list[list[float]]:
    """The numbers of embeddings, all finite in single precision. Raises ValueError."""
    return await portions.each(_vector, vectors)


def _vector(raw: msgspec.Raw) -> list[float]:
    if memoryview(raw).nbytes > VECTOR_BYTES:
        raise ValueError("too large")
    return _numbers.decode(raw)


# Vectors are stored and compared in single precision, which a larger number has no place in.
_LARGEST = 3.4e38
_numbers = msgspec.json.Decoder(list[Annotated[float, msgspec.Meta(ge=-_LARGEST, le=_LARGEST)]])


def glance(raw: msgspec.Raw, kind: TypeAdapter[T]) -> T | None:
    """What an unread part says, None when it does not fit."""
    if memoryview(raw).nbytes > _GLANCE_BYTES:
        return None
    try:
        return kind.validate_json(bytes(raw))
    except ValidationError:
        return None


def _integer(digits: str) -> int | float:
    """An integer of any length: Python refuses to read thousands of digits as one."""
    return int(digits) if len(digits) <= 20 else float(digits)


def text_of(content: Any, depth: int = 0) -> str:
    """The visible text of a message's content: a text, parts of it, or an object with the text.

    Thoughts are no part of it. An object without a text is an answer that the server has already
    read as JSON. Halves of surrogate pairs, which JSON escapes can carry, are replaced.
    """
    if isinstance(content, str):
        return clean_text(content)
    if depth > _DEEPEST_PART:
        return ""
    if isinstance(content, list):
        return "".join(text_of(part, depth + 1) for part in content)
    if not isinstance(content, dict) or _is_thought(content):
        return ""
    for key in ("text", "value", "content", "parts"):
        if content.get(key):
            return text_of(content[key], depth + 1)
    if depth == 0 and content and "type" not in content and "text" not in content:
        return clean_text(json.dumps(content, ensure_ascii=False))
    return ""


def said(content: Any) -> str:
    """The text of a message's content; empty when there is nothing in it to see."""
    text = text_of(content)
    return "" if is_blank(text) else text


def _is_thought(part: Mapping[str, Any]) -> bool:
    kind = part.get("type")
    return part.get("thought") is True or (
        isinstance(kind, str) and kind.startswith(("thinking", "reasoning", "redacted"))
    )


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
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (aware - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError, TypeError, IndexError):
        return -1.0
