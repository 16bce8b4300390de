"""JSON values in a text, as the standard parser reads them."""

import json
import re
from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

ANY_OPENER = re.compile(r'\{\s*["}]|\[\s*[\[{"\]\-\dtfnNI]')
_LONGEST_INT = 40
# Each failed start may scan to the end of the text, so there are only so many.
_MAX_FAILURES = 24


def integer(digits: str) -> int | None:
    """The number, or None when it has more digits than anything that is counted."""
    return int(digits) if len(digits) <= _LONGEST_INT else None


# NaN and the infinities are no numbers to a reader of ours: they count as null.
_decoder = json.JSONDecoder(strict=False, parse_int=integer, parse_constant=lambda _: None)


def strict_values(text: str, opener: re.Pattern[str] = ANY_OPENER) -> tuple[list[Json], bool]:
    """The valid objects and lists of a text in order, none inside another, and whether that is all.

    They are looked for where `opener` matches. False means that something looked like JSON and
    was not.
    """
    values: list[Json] = []
    failures, position = 0, 0
    while failures < _MAX_FAILURES and (found := opener.search(text, position)):
        try:
            value, position = _decoder.raw_decode(text, found.start())
        except (ValueError, RecursionError):
            failures, position = failures + 1, found.start() + 1
        else:
            values.append(value)
    return values, failures == 0


def text_within(text: str) -> str:
    """The text that a JSON string holds, or the text itself when it is none."""
    text = text.strip()
    if not text.startswith('"'):
        return text
    try:
        value, _ = _decoder.raw_decode(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, str) else text
