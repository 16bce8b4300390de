"""What the styles of a Word document say about its paragraphs and runs."""

import re
from dataclasses import dataclass
from typing import Final

from materials.extraction.ooxml.xml import (
    Element,
    attribute,
    child,
    children,
    integer,
    switch,
    value,
)

_HEADING: Final = re.compile(r"(heading \d|title)$", re.IGNORECASE)
_BODY_TEXT_LEVEL: Final = 9
_MAX_DEPTH: Final = 12


@dataclass(frozen=True)
class Style:
    """The properties of a style, those of its base where it has none of its own."""

    is_heading: bool = False
    is_list: bool = False
    number: tuple[str | None, int | None] = (None, None)
    hidden: bool | None = None
    position: str | None = None
    font: str | None = None


_NONE: Final = Style()


class Styles:
    """The styles of a document by their ids, read when they are asked for."""

    def __init__(self, root: Element | None) -> None:
        styles = list(children(root, "style"))
        self._elements = {attribute(style, "styleId"): style for style in styles}
        default = (s for s in styles if attribute(s, "type") == "paragraph" and _is_default(s))
        self._default = attribute(next(default, None), "styleId")
        self._read: dict[str | None, Style] = {}

    def paragraph(self, style_id: str | None) -> Style:
        """The style of a paragraph; without an id the document's own."""
        return self.get(style_id if style_id is not None else self._default)

    def get(self, style_id: str | None, depth: int = 0) -> Style:
        if style_id not in self._read:
            element = self._elements.get(style_id)
            if element is None or depth > _MAX_DEPTH:
                return _NONE
            base = self.get(value(element, "basedOn"), depth + 1)
            self._read[style_id] = _style(element, base)
        return self._read[style_id]


def is_outline(level: str | None) -> bool:
    """Whether an outline level makes a heading."""
    number = integer(level)
    return number is not None and 0 <= number < _BODY_TEXT_LEVEL


def number_of(properties: Element | None) -> tuple[str | None, int | None]:
    """The list (`numId`) and level of a paragraph's or style's properties."""
    found = child(properties, "numPr")
    return value(found, "numId"), integer(value(found, "ilvl"))


def _style(element: Element, base: Style) -> Style:
    paragraph, run = child(element, "pPr"), child(element, "rPr")
    name = value(element, "name") or ""
    level = value(paragraph, "outlineLvl")
    list_id, list_level = number_of(paragraph)
    hidden = switch(run, "vanish") if run is not None else None
    return Style(
        is_heading=is_outline(level)
        or bool(_HEADING.match(name))
        or (base.is_heading and level is None),
        is_list=base.is_list or name.lower().startswith("list "),
        number=(
            list_id if list_id is not None else base.number[0],
            list_level if list_level is not None else base.number[1],
        ),
        hidden=base.hidden if hidden is None else hidden,
        position=value(run, "vertAlign") or base.position,
        font=attribute(child(run, "rFonts"), "ascii") or base.font,
    )


def _is_default(style: Element) -> bool:
    return (attribute(style, "default") or "0").lower() in ("1", "true", "on")
