"""Text with its position on the line, as runs of both dialects give it."""

from collections.abc import Iterable
from enum import IntEnum
from itertools import groupby
from typing import NamedTuple

from materials.extraction.scripts import subscript, superscript


class Position(IntEnum):
    LOWERED = -1
    ON_LINE = 0
    RAISED = 1


class Span(NamedTuple):
    """Text that stands on the line, above it or below it."""

    text: str
    position: Position = Position.ON_LINE


def line_of(spans: Iterable[Span]) -> str:
    """The spans as one text. Neighbours of one position are one script (10²³, not 10² ³).

    A text that is raised or lowered as a whole is plain: that is how it looks, not what it means.
    """
    groups = [
        (position, "".join(span.text for span in group))
        for position, group in groupby(spans, lambda span: span.position)
    ]
    if not any(text.strip() for position, text in groups if position is Position.ON_LINE):
        return "".join(text for _, text in groups)
    out = ""
    for position, text in groups:
        if position is Position.RAISED:
            text = superscript(text, out)
        elif position is Position.LOWERED:
            text = subscript(text)
        out += text
    return out
