"""Footnotes and endnotes, numbered in the order in which the text refers to them."""

from collections import Counter
from typing import Final, NamedTuple

from materials.extraction.ooxml.notices import Notices
from materials.extraction.ooxml.numerals import numeral
from materials.extraction.ooxml.package import Part
from materials.extraction.ooxml.xml import Element, attribute, children

REFERENCES: Final = {
    "footnoteReference": ("footnotes", "footnote", "decimal"),
    "endnoteReference": ("endnotes", "endnote", "lowerRoman"),
}
"""By the name of the reference: the part, its elements, and the format of their numbers."""


class Note(NamedTuple):
    """A note as the text refers to it. `mark` is empty where the text has a mark of its own."""

    mark: str
    element: Element | None


class Notes:
    """The notes of a document. Ask for each reference once, in order."""

    def __init__(self, main: Part, notices: Notices) -> None:
        self._notices = notices
        self._numbers: Counter[str] = Counter()
        self._elements = {
            name: _by_id(main.related_by(part), element)
            for name, (part, element, _) in REFERENCES.items()
        }

    def referred(self, name: str, reference: Element) -> Note:
        """The note of a reference of that name."""
        element = self._elements[name].get(attribute(reference, "id"))
        if element is None:
            self._notices.add("damaged parts")
        if (attribute(reference, "customMarkFollows") or "0") in ("1", "true", "on"):
            return Note("", element)
        self._numbers[name] += 1
        return Note(f"[{numeral(self._numbers[name], REFERENCES[name][2])}]", element)


def _by_id(part: Part | None, name: str) -> dict[str | None, Element]:
    return {attribute(e, "id"): e for e in children(part.root, name)} if part else {}
