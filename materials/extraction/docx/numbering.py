"""The numbers of lists and headings as Word shows them (ISO/IEC 29500-1 section 17.9)."""

import re
from dataclasses import dataclass
from typing import Final

from materials.extraction.ooxml.numerals import numeral
from materials.extraction.ooxml.symbols import is_symbol_font
from materials.extraction.ooxml.xml import (
    Element,
    attribute,
    child,
    children,
    integer,
    switch,
    value,
)

BULLET: Final = "-"
LEVELS: Final = 9
_PLACE: Final = re.compile("%([1-9])")


@dataclass(frozen=True)
class _Level:
    format: str = "decimal"
    text: str = ""
    start: int = 1
    restart_after: int | None = None
    is_legal: bool = False


class Numbering:
    """Counts the paragraphs of each list. Ask for each paragraph once, in order."""

    def __init__(self, root: Element | None) -> None:
        self._abstract = {attribute(e, "abstractNumId"): e for e in children(root, "abstractNum")}
        self._lists = {attribute(e, "numId"): e for e in children(root, "num")}
        self._linked = {
            name: attribute(e, "abstractNumId")
            for e in self._abstract.values()
            if (name := value(e, "styleLink"))
        }
        self._levels: dict[str, tuple[str | None, dict[int, _Level]]] = {}
        self._counts: dict[str | None, dict[int, int]] = {}
        self._started: set[str] = set()

    def label(self, list_id: str | None, level: int | None) -> str:
        """What stands before the next paragraph of that list and level; empty for nothing.

        A bullet is `-`. A list that the document does not define has none.
        """
        depth = min(max(level or 0, 0), LEVELS - 1)
        if list_id is None or list_id not in self._lists:
            return ""
        abstract, levels = self._levels_of(list_id)
        own = levels.get(depth)
        if own is None:
            return ""
        counts = self._counted(list_id, abstract, levels, depth)
        if own.format == "bullet":
            return BULLET
        return _PLACE.sub(lambda place: _number(own, levels, counts, int(place[1]) - 1), own.text)

    def _counted(
        self, list_id: str, abstract: str | None, levels: dict[int, _Level], depth: int
    ) -> dict[int, int]:
        """The counts of all levels after one more paragraph. Lists of one definition share them."""
        counts = self._counts.setdefault(abstract, {})
        if list_id not in self._started:
            self._started.add(list_id)
            for restarted in _overridden(self._lists[list_id]):
                counts.pop(restarted, None)
        counts[depth] = counts.get(depth, levels[depth].start - 1) + 1
        for deeper in [other for other in counts if other > depth]:
            after = levels[deeper].restart_after if deeper in levels else None
            if after is None or depth < after:
                del counts[deeper]
        return counts

    def _levels_of(self, list_id: str) -> tuple[str | None, dict[int, _Level]]:
        if list_id not in self._levels:
            element = self._lists[list_id]
            abstract = value(element, "abstractNumId")
            link = value(self._abstract.get(abstract), "numStyleLink")
            abstract = self._linked.get(link, abstract) if link else abstract
            levels = _levels(self._abstract.get(abstract))
            for override in children(element, "lvlOverride"):
                levels |= _levels(override)
                _restart(levels, override)
            self._levels[list_id] = abstract, levels
        return self._levels[list_id]


def _levels(element: Element | None) -> dict[int, _Level]:
    found = {}
    for level in children(element, "lvl"):
        depth = integer(attribute(level, "ilvl"))
        if depth is not None and 0 <= depth < LEVELS:
            found[depth] = _level(level)
    return found


def _level(element: Element) -> _Level:
    text = value(element, "lvlText") or ""
    fonts = child(element, "rPr", "rFonts")
    pictured = is_symbol_font(attribute(fonts, "ascii")) or any(c >= "\ue000" for c in text)
    start = integer(value(element, "start"))
    format_ = value(element, "numFmt") or "decimal"
    return _Level(
        format="bullet" if pictured and "%" not in text else format_,
        text=text,
        start=1 if start is None else start,
        restart_after=integer(value(element, "lvlRestart")),
        is_legal=switch(element, "isLgl") is True,
    )


def _restart(levels: dict[int, _Level], override: Element) -> None:
    depth, start = integer(attribute(override, "ilvl")), integer(value(override, "startOverride"))
    if depth in levels and depth is not None and start is not None:
        level = levels[depth]
        levels[depth] = _Level(level.format, level.text, start, level.restart_after, level.is_legal)


def _overridden(element: Element) -> list[int]:
    depths = (
        integer(attribute(override, "ilvl"))
        for override in children(element, "lvlOverride")
        if child(override, "startOverride") is not None
    )
    return [depth for depth in depths if depth is not None]


def _number(own: _Level, levels: dict[int, _Level], counts: dict[int, int], depth: int) -> str:
    level = levels.get(depth, own)
    return numeral(counts.get(depth, level.start), "decimal" if own.is_legal else level.format)
