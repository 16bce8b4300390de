"""Tables as lines, one a row, cells parted by " | "."""

from collections.abc import Callable, Iterator

from materials.extraction.ooxml.xml import (
    Element,
    alternatives,
    attribute,
    child,
    integer,
    local_name,
    switch,
    value,
)

MAX_SPAN = 63
"""Columns of a Word table; a cell that claims to span more is not believed."""

_COLUMN = 3
"""Lines of a cell that is a column, where all the others of its row have as many."""
_TRANSPARENT = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"})


def table_rows(table: Element, cell_text: Callable[[Element], str]) -> list[str]:
    """The rows that hold text. Each has all its columns: a merged cell is empty but in its first.

    `cell_text` reads one cell; its line breaks become spaces. A row whose cells hold whole columns,
    a line for each row, gives those rows.
    """
    rows = [row for tr in _inside(table, "tr") for row in _unfolded(list(_cells(tr, cell_text)))]
    return [" | ".join(row) for row in rows if any(row)]


def _unfolded(cells: list[list[str]]) -> list[list[str]]:
    """One row of cells, or as many as each of them that is not empty has lines.

    Empty lines count where they keep the others level.
    """
    full = [[line for line in lines if line] for lines in cells]
    for columns in (cells, full):
        heights = {len(lines) for lines in columns if lines}
        height = max(heights, default=0)
        if len(heights) == 1 and height >= _COLUMN and sum(map(bool, columns)) > 1:
            return [[lines[n] if lines else "" for lines in columns] for n in range(height)]
    return [[" ".join(lines) for lines in full]]


def _cells(row: Element, cell_text: Callable[[Element], str]) -> Iterator[list[str]]:
    """The lines of each cell, also empty ones above the last that is not."""
    before = integer(value(row, "trPr", "gridBefore")) or 0
    yield from [[]] * min(max(before, 0), MAX_SPAN)
    for cell in _inside(row, "tc"):
        text = "" if _continues(cell) else cell_text(cell).rstrip()
        yield [" ".join(line.split()) for line in text.split("\n")] if text else []
        span = integer(value(cell, "tcPr", "gridSpan")) or 1
        yield from [[]] * (min(max(span, 1), MAX_SPAN) - 1)


def _continues(cell: Element) -> bool:
    """Whether the cell is part of a merged one that began above or left of it.

    Word marks those below (`vMerge` without `restart`, `hMerge` likewise), PowerPoint both.
    """
    properties = child(cell, "tcPr")
    for name in ("vMerge", "hMerge"):
        merge = child(properties, name) if properties is not None else None
        if merge is not None and (attribute(merge, "val") or "continue") == "continue":
            return True
        if (attribute(cell, name) or "0").lower() in ("1", "true"):
            return True
    return False


def _inside(element: Element, name: str) -> Iterator[Element]:
    """The rows of a table or cells of a row, also those in content controls and insertions."""
    for part in element:
        found = local_name(part)
        if found == name:
            if not _is_deleted(part):
                yield part
        elif found in _TRANSPARENT:
            yield from _inside(part, name)
        elif found == "AlternateContent":
            yield from _inside(alternatives(part), name)


def _is_deleted(row: Element) -> bool:
    properties = child(row, "trPr")
    return properties is not None and switch(properties, "del") is not None
