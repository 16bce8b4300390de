"""Tables that a file writes column by column, as rows.

Columns of prose share their baselines too, so a table is told by what stands in it: short cells, in
one column numbers.
"""

from collections.abc import Iterator, Sequence
from statistics import mean
from typing import Final

from materials.extraction.pdf.lines import Line

_LEAST_ROWS: Final = 3
_LONGEST_CELL: Final = 40
_MEAN_CELL: Final = 20
_NUMBER_CHARS: Final = 12
_LEVEL: Final = 0.2
"""Share of the size by which the baselines of one row may differ."""

Lines = Sequence[Line]


def by_rows(lines: list[Line]) -> list[Line]:
    """The lines, with columns that stand beside each other put together row by row."""
    parts = list(_descents(lines))
    if len(parts) == 1:
        return lines
    out: list[Line] = []
    while parts:
        first = parts.pop(0)
        rows = _shared_rows(first, parts[0]) if parts else 0
        columns, rest = _columns(first, parts, rows) if rows else ([], first)
        if not _is_table(columns):
            out += first
            continue
        out += first[: len(first) - rows]
        out += [_row(cells) for cells in zip(*columns, strict=True)]
        parts[: len(columns) - 1] = [rest] if rest else []
    return out


def _descents(lines: list[Line]) -> Iterator[list[Line]]:
    """The lines cut where the next one stands higher."""
    part: list[Line] = []
    for line in lines:
        if part and line.baseline > part[-1].baseline + _LEVEL * line.size:
            yield part
            part = []
        part.append(line)
    yield part


def _shared_rows(first: Lines, second: Lines) -> int:
    """How many lines at the end of the one stand level with those at the beginning of the other."""
    top = second[0]
    start = next((n for n, line in enumerate(first) if _are_level(line, top)), len(first))
    rows = len(first) - start
    return rows if rows >= _LEAST_ROWS and _stand_beside(first[start:], second) else 0


def _columns(first: Lines, parts: list[list[Line]], rows: int) -> tuple[list[Lines], list[Line]]:
    """The columns from the end of the first part on, and what follows the last one below it."""
    columns: list[Lines] = [first[len(first) - rows :]]
    for part in parts:
        if not _stand_beside(columns[-1], part):
            break
        columns.append(part[:rows])
        if len(part) > rows:
            return columns, part[rows:]
    return columns, []


def _stand_beside(left: Lines, right: Lines) -> bool:
    return len(right) >= len(left) and all(
        _are_level(one, other) and one.cells[-1].right < other.cells[0].left
        for one, other in zip(left, right, strict=False)
    )


def _are_level(one: Line, other: Line) -> bool:
    return abs(one.baseline - other.baseline) < _LEVEL * min(one.size, other.size)


def _is_table(columns: Sequence[Lines]) -> bool:
    if len(columns) < 2:
        return False
    lengths = [len(line.text) for column in columns for line in column]
    short = max(lengths) <= _LONGEST_CELL and mean(lengths) <= _MEAN_CELL
    return short and any(map(_is_of_numbers, columns))


def _is_of_numbers(column: Lines) -> bool:
    """Whether most cells, the first may be a title, are short and hold a digit."""
    cells = [line.text for line in column[1:]]
    numbers = [t for t in cells if len(t) <= _NUMBER_CHARS and any(map(str.isdigit, t))]
    return 2 * len(numbers) > len(cells)


def _row(cells: Lines) -> Line:
    first, last = cells[0], cells[-1]
    joined = tuple(cell for line in cells for cell in line.cells)
    text = " | ".join(line.text for line in cells)
    return first._replace(
        cells=joined, text=text, ends=(first.ends[0], last.ends[1]), divided=False
    )
