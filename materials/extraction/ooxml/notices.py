"""What a reader left out or could not read, as sentences for the teacher."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

_SENTENCES: Final = {
    "hidden text": "Hidden text was left out. Show it in the file if students may read it.",
    "old equations": (
        "{count} equations of an old equation editor were not read. Open the file in Word or "
        "PowerPoint, convert them to Office equations, and upload it again."
    ),
    "embedded bodies": (
        "{count} parts of this document are other files placed inside it and were not read. Open "
        "it in Word, save it again as DOCX, and upload that."
    ),
    "symbols": "{count} characters of a symbol font could not be read.",
    "damaged parts": (
        "{count} charts, diagrams or notes are damaged or missing in the file and were not read."
    ),
}
_ONE: Final = {
    "old equations": (
        "One equation of an old equation editor was not read. Open the file in Word or "
        "PowerPoint, convert it to an Office equation, and upload it again."
    ),
    "embedded bodies": (
        "A part of this document is another file placed inside it and was not read. Open it in "
        "Word, save it again as DOCX, and upload that."
    ),
    "symbols": "One character of a symbol font could not be read.",
    "damaged parts": (
        "A chart, diagram or note is damaged or missing in the file and was not read."
    ),
}
_MAX_NUMBERS: Final = 40


class Notices:
    """Counts what happened while a file was read."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, what: str, count: int = 1) -> None:
        self._counts[what] += count

    def __contains__(self, what: str) -> bool:
        return self._counts[what] > 0

    def warnings(self) -> list[str]:
        return [
            _ONE[what] if count == 1 and what in _ONE else _SENTENCES[what].format(count=count)
            for what, count in self._counts.items()
            if count
        ]


def numbers(found: Iterable[int]) -> str:
    """The numbers as a list, the first of them when there are many."""
    listed = list(found)
    more = f" and {len(listed) - _MAX_NUMBERS} more" if len(listed) > _MAX_NUMBERS else ""
    return ", ".join(map(str, listed[:_MAX_NUMBERS])) + more


def is_old_equation(program: str | None) -> bool:
    """Whether an embedded object is of an equation editor from before Office Math."""
    return (program or "").startswith(("Equation", "MathType"))
