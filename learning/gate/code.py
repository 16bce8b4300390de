"""Changing the prose of a text and leaving its code and formulas as they are."""

import re
from collections.abc import Callable

_CODE_OR_FORMULA = re.compile(r"`[^`]*`|\$[^$]*\$")
# A private-use character that no text has once it is taken out of it.
_PLACEHOLDER = "\ue000"


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text after `change`, which sees one character in place of each piece of code or formula.

    `change` must keep these characters and their order.
    """
    if "`" not in text and "$" not in text:
        return change(text)
    text = text.replace(_PLACEHOLDER, "")
    pieces = change(_CODE_OR_FORMULA.sub(_PLACEHOLDER, text)).split(_PLACEHOLDER)
    kept = _CODE_OR_FORMULA.findall(text)
    return "".join(piece + part for piece, part in zip(pieces, [*kept, ""], strict=True))
