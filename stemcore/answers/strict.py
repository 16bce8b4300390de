"""JSON values in a text, as the standard parser reads them."""

import json
import re
from typing import NamedTuple, TypeAlias, cast

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


class Found(NamedTuple):
    """A value and where it stands in the text."""

    value: Json
    start: int
    end: int


ANY_OPENER = re.compile(r'\{\s*["}]|\[\s*[\[{"\]\-\dtfnNI]')
_LONGEST_INT = 40
# Each failed start may scan to the end of the text, so there are only so many, and only so much
# is scanned for nothing.
_MAX_FAILURES = 24
_MAX_SCANNED = 400_000
_MAX_VALUES = 1_000


def integer(digits: str) -> int | None:
    """The number, or None when it has more digits than anything that is counted."""
    return int(digits) if len(digits) <= _LONGEST_INT else None


# NaN and the infinities are no numbers to a reader of ours: they count as null.
_decoder = json.JSONDecoder(strict=False, parse_int=integer, parse_constant=lambda _: None)


def strict_values(text: str, opener: re.Pattern[str] = ANY_OPENER) -> tuple[list[Found], bool]:
    """The valid objects and lists of a text in order, none inside another, and whether that is all.

    They are looked for where `opener` matches. False means that something looked like JSON and
    was not.
    """
    values: list[Found] = []
    failures = position = 0
    left = min(2 * len(text), _MAX_SCANNED)
    while failures < _MAX_FAILURES and left > 0 and len(values) < _MAX_VALUES:
        if (found := opener.search(text, position)) is None:
            break
        start = found.start()
        try:
            value, position = _decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            failures, position = failures + 1, start + 1
            left -= getattr(error, "pos", len(text)) - start
        else:
            values.append(Found(value, start, position))
    return values, failures == 0


def strict_value(text: str) -> Json:
    """The value of a text that is valid JSON but for control characters inside strings.

    Raises ValueError.
    """
    return cast(Json, _decoder.decode(text))


def value_end(text: str, start: int) -> int | None:
    """Where the valid value that begins at `start` ends, or None when there is none."""
    try:
        return _decoder.raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return None


def text_within(text: str) -> str:
    """The text that a JSON string holds, or the text itself when it is no such string."""
    text = text.strip()
    if not text.startswith('"') or value_end(text, 0) != len(text):
        return text
    return cast(str, strict_value(text))
