"""The paragraphs of a shape, with bullets and numbers as they are shown."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from materials.extraction.ooxml.equations import equation_text
from materials.extraction.ooxml.notices import Notices
from materials.extraction.ooxml.numerals import numeral
from materials.extraction.ooxml.spans import Position, Span, line_of
from materials.extraction.ooxml.symbols import decoded, is_symbol_font
from materials.extraction.ooxml.xml import (
    Element,
    alternatives,
    attribute,
    child,
    children,
    integer,
    local_name,
)
from materials.extraction.pptx.inheritance import ListStyles, level_properties

_BULLETS: Final = ("buChar", "buBlip")
_LEVELS: Final = 9
_FIELDS_OF_FURNITURE: Final = ("slidenum", "datetime", "footer", "header")
_FORMS: Final = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_SCHEME: Final = re.compile(
    r"(arabic|alphaLc|alphaUc|romanLc|romanUc)\w*?(Plain|Period|ParenR|ParenBoth|Minus)?"
)
_PUNCTUATION: Final = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Minus": "- {} -"}


@dataclass
class Paragraphs:
    """Reads one text body; numbers are counted on the way, also those that `styles` ask for."""

    notices: Notices
    styles: ListStyles = ()
    _counts: dict[int, tuple[str, int]] = field(default_factory=dict)

    def lines(self, body: Element) -> Iterator[str]:
        """The paragraphs of a text body that hold text."""
        for paragraph in children(body, "p"):
            text = line_of(self._spans(paragraph)).strip()
            if text:
                yield self._labelled(text, child(paragraph, "pPr"))

    def _spans(self, elements: Iterable[Element]) -> Iterator[Span]:
        for element in elements:
            name = local_name(element)
            if name == "r":
                yield self._run(element)
            elif name == "br":
                yield Span("\n")
            elif name == "oMath":
                yield Span(equation_text(element))
            elif name == "fld":
                kind = (attribute(element, "type") or "").lower()
                if not kind.startswith(_FIELDS_OF_FURNITURE):
                    yield self._run(element)
            elif name == "AlternateContent":
                yield from self._spans(alternatives(element))
            elif not name.endswith("Pr"):
                yield from self._spans(element)

    def _run(self, run: Element) -> Span:
        properties = child(run, "rPr")
        text = "".join(t.text or "" for t in children(run, "t"))
        font = next(filter(is_symbol_font, self._fonts(properties)), None)
        found = decoded(text, font)
        self.notices.add("symbols", max(len(text) - len(found), 0))
        raised = integer((attribute(properties, "baseline") or "").removesuffix("%")) or 0
        position = Position((raised > 0) - (raised < 0))
        return Span(found.replace("\v", "\n").replace("_x000B_", "\n"), position)

    def _fonts(self, properties: Element | None) -> Iterator[str]:
        for name in ("sym", "latin"):
            font = attribute(child(properties, name), "typeface")
            if font and (name == "latin" or is_symbol_font(font)):
                yield font

    def _labelled(self, text: str, properties: Element | None) -> str:
        """The text with its bullet or number, each level indented."""
        level = min(max(integer(attribute(properties, "lvl")) or 0, 0), _LEVELS - 1)
        for deeper in [other for other in self._counts if other > level]:
            del self._counts[deeper]
        label = self._label(properties, level)
        return "  " * level + f"{label} {text}" if label else text

    def _label(self, properties: Element | None, level: int) -> str:
        numbered = self._numbering(properties, level)
        if numbered is not None:
            return self._number(numbered, level)
        self._counts.pop(level, None)
        if child(properties, "buNone") is not None:
            return ""
        bulleted = any(child(properties, bullet) is not None for bullet in _BULLETS)
        return "-" if bulleted or level else ""

    def _numbering(self, properties: Element | None, level: int) -> Element | None:
        """The automatic number of the nearest properties that say what marks a paragraph."""
        for found in (properties, *level_properties(self.styles, level)):
            marks = (child(found, name) for name in ("buAutoNum", "buNone", *_BULLETS))
            mark = next((mark for mark in marks if mark is not None), None)
            if mark is not None:
                return mark if local_name(mark) == "buAutoNum" else None
        return None

    def _number(self, numbered: Element, level: int) -> str:
        scheme = attribute(numbered, "type") or "arabicPeriod"
        start = integer(attribute(numbered, "startAt")) or 1
        key = f"{scheme} {start}"
        last, number = self._counts.get(level, ("", 0))
        number = number + 1 if last == key else start
        self._counts[level] = key, number
        found = _SCHEME.fullmatch(scheme)
        form, punctuation = (found[1], found[2]) if found else ("arabic", "Period")
        return _PUNCTUATION.get(punctuation or "", "{}").format(numeral(number, _FORMS[form]))
