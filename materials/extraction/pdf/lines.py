"""From runs of words with their places to lines of text: order, scripts, cells.

Coordinates are points, x to the right and y up, of the page as it is read.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final, Literal, NamedTuple
from unicodedata import east_asian_width

from materials.extraction.pdf.bidi import is_right_to_left, leans_right, logical, reads_from_right
from materials.extraction.pdf.characters import HYPHENS, readable
from materials.extraction.pdf.runs import CELL_GAP, NO_SPACE, Run
from materials.extraction.scripts import subscript, superscript

# All shares are of the size of a line's type.
_SAME_LINE_OVERLAP: Final = 0.4
_SCRIPT_OVERLAP: Final = 0.2
_GLUED: Final = 0.15
_SAME_BASELINE: Final = 0.3
_SCRIPT_SIZE: Final = 0.88
_SCRIPT_SHIFT: Final = 0.08
_BACKWARDS: Final = 1.5
_FOLLOWS: Final = 2.5

Script = Literal["^", "_", ""]

_SCRIPTS: Final[dict[Script, Callable[[str, str], str]]] = {
    "^": superscript,
    "_": lambda text, _: subscript(text),
    "": lambda text, _: text,
}
_LABEL = re.compile(r"[•▪◦‣●○■□➢❖✓·*–—-]|\(?(\d{1,3}|[ivxlIVXL]{1,5}|\w)[.):]?|\d+(\.\d+)+\.?")
_EQUATION_NUMBER = re.compile(r"\(\d+(\.\d+)*[a-z]?\)")
MARK: Final = " | "
"""What parts the cells of a row."""
_LEFT_OF_LEADERS: Final = "…"
_LEADER = re.compile("[.·…] ?[.·…]")
_LEADERS = re.compile(r"(?: ?[.·…]){4,} ?")


class Cell(NamedTuple):
    """A part of a line; a wide gap parts it from the next."""

    text: str
    left: float
    right: float


class Line(NamedTuple):
    """A line of text, from `cells` of which most lines have one."""

    cells: tuple[Cell, ...]
    text: str
    size: float
    baseline: float
    ends: tuple[int, int]
    """The first characters of its first and its last run, on the page."""
    divided: bool = False
    """Whether its last word goes on in the next line; its hyphen is not part of `text`."""
    bold: bool = False


@dataclass
class _Growing:
    """A line while runs come. `main` is the last one in its largest type."""

    runs: list[Run]
    main: Run
    right: float

    def add(self, run: Run) -> None:
        self.runs.append(run)
        self.right = max(self.right, run.right)
        if run.size >= _SCRIPT_SIZE * self.main.size:
            self.main = run

    def takes(self, run: Run) -> bool:
        """Whether the run goes on with this line."""
        main = self.main
        if _overlap(main, run) < _SAME_LINE_OVERLAP and not self._is_script_of_last(run):
            return False
        # Signs of fonts for mathematics may be as large and hang from a baseline of their own.
        is_script = _differ(main.size, run.size) or _differ(main.height, run.height)
        if not is_script and abs(run.baseline - main.baseline) > _SAME_BASELINE * run.size:
            return False
        end = main.right if is_script else self.right
        return run.left > end - _BACKWARDS * main.size

    def _is_script_of_last(self, run: Run) -> bool:
        """Whether the run is smaller and begins just where the last one ends, higher or lower."""
        last, size = self.runs[-1], self.main.size
        if run.size >= _SCRIPT_SIZE * size or abs(run.left - last.right) > _GLUED * size:
            return False
        return _overlap(last, run) >= _SCRIPT_OVERLAP


def _overlap(one: Run, other: Run) -> float:
    """What they share of the height of the lower one."""
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared / min(one.height, other.height)


def _differ(size: float, other: float) -> bool:
    return min(size, other) < _SCRIPT_SIZE * max(size, other)


def lines_of(runs: Iterable[Run]) -> list[Line]:
    """The lines of a page in the order of the file, marked as a table where cells stand aligned."""
    grown: list[_Growing] = []
    for run in runs:
        if grown and grown[-1].takes(run):
            grown[-1].add(run)
        else:
            grown.append(_Growing([run], run, run.right))
    lines = _upright([line for growing in grown if (line := _line(growing.runs)).text])
    for number, line in enumerate(lines):
        if len(line.cells) > 1:
            lines[number] = _in_cells(line, lines[max(0, number - 2) : number + 3])
    return _as_read(lines)


def _as_read(lines: list[Line]) -> list[Line]:
    """The lines with those put in the order of reading that run, or hold words that do, from right
    to left."""
    page = " ".join(line.text for line in lines)
    if not is_right_to_left(page):
        return lines
    leaning = leans_right(page)
    return [_from_right(line, leaning) if is_right_to_left(line.text) else line for line in lines]


def _from_right(line: Line, page: bool) -> Line:
    from_right = reads_from_right(line.text, page=page)
    cells = [logical(cell, from_right=from_right) for cell in line.text.split(MARK)]
    text = MARK.join(reversed(cells) if from_right else cells)
    return line._replace(text=text, divided=line.divided and not from_right)


def text_of(runs: Sequence[Run]) -> str:
    """The text of runs of one line, or one script, from which the smaller ones are raised and
    lowered."""
    main = max(runs, key=lambda run: run.size)
    return _cell(runs, main.size, main.baseline).text


def _upright(lines: list[Line]) -> list[Line]:
    """The lines, with Chinese and Japanese letters below each other as the line they are."""
    whole: list[Line] = []
    bottom: Line | None = None
    for line in lines:
        is_letter = len(line.text) == 1 and east_asian_width(line.text) in "WF"
        if bottom and is_letter and _is_below(bottom, line):
            above = whole[-1]
            whole[-1] = above._replace(text=above.text + line.text)
        else:
            whole.append(line)
        bottom = line if is_letter else None
    return whole


def _is_below(above: Line, line: Line) -> bool:
    drop, shift = above.baseline - line.baseline, above.cells[0].left - line.cells[0].left
    return 0 < drop < _FOLLOWS * line.size and abs(shift) < line.size


def _line(runs: Sequence[Run]) -> Line:
    if len(runs) == 1:
        return _plain_line(runs[0])
    size = _most(runs, lambda run: round(run.size, 1))
    main = [run for run in runs if run.size >= _SCRIPT_SIZE * size]
    baseline = _most(main, lambda run: round(run.baseline, 1))
    cells = tuple(_cells(runs, size, baseline))
    text = " ".join(cell.text for cell in cells)
    divided = runs[-1].text[-1] in HYPHENS
    return Line(cells, text, size, baseline, (runs[0].ends[0], runs[-1].ends[1]), divided)


def _plain_line(run: Run) -> Line:
    cell = Cell(_without_leaders(readable(run.text)), run.left, run.right)
    divided = run.text[-1] in HYPHENS
    return Line((cell,), cell.text, round(run.size, 1), round(run.baseline, 1), run.ends, divided)


def _most(runs: Sequence[Run], value: Callable[[Run], float]) -> float:
    """The value that most characters have."""
    chars: Counter[float] = Counter()
    for run in runs:
        chars[value(run)] += len(run.text)
    return max(chars, key=chars.__getitem__)


def _cells(runs: Sequence[Run], size: float, baseline: float) -> Iterator[Cell]:
    cell: list[Run] = []
    for run in runs:
        if cell and run.left - cell[-1].right > CELL_GAP * size:
            yield _cell(cell, size, baseline)
            cell = []
        cell.append(run)
    yield _cell(cell, size, baseline)


def _cell(runs: Sequence[Run], size: float, baseline: float) -> Cell:
    if len(runs) == 1:
        return Cell(_without_leaders(readable(runs[0].text)), runs[0].left, runs[0].right)
    parts: list[str] = []
    last: Run | None = None
    for script, group in groupby(runs, lambda run: _script(run, size, baseline)):
        members = list(group)
        if last and _parted(last, members[0], size):
            parts.append(" ")
        text = text_of(members) if script else _spelled(members, size)
        parts.append(_SCRIPTS[script](text, parts[-1] if parts else ""))
        last = members[-1]
    text = _without_leaders("".join(parts))
    return Cell(text, min(run.left for run in runs), max(run.right for run in runs))


def _without_leaders(text: str) -> str:
    """The text with the dots from an entry to its page as three."""
    return (_LEADERS.sub(f" {_LEFT_OF_LEADERS} ", text) if _LEADER.search(text) else text).strip()


def _spelled(runs: Sequence[Run], size: float) -> str:
    parts = [runs[0].text]
    for before, run in pairwise(runs):
        parts.append(" " + run.text if _parted(before, run, size) else run.text)
    return readable("".join(parts))


def _parted(before: Run, run: Run, size: float) -> bool:
    """Whether a space stands between; not where the file has one that cannot be seen."""
    return run.spaced and run.left - before.right > NO_SPACE * min(size, run.size)


def _script(run: Run, size: float, baseline: float) -> Script:
    shift = run.baseline - baseline
    if run.size >= _SCRIPT_SIZE * size or abs(shift) < _SCRIPT_SHIFT * size:
        return ""
    return "^" if shift > 0 else "_"


def _in_cells(line: Line, neighbours: Sequence[Line]) -> Line:
    """The line with marks between its cells where lines near it have gaps in the same place."""
    others = [other for other in neighbours if other is not line]
    text, last = line.cells[0].text, len(line.cells) - 1
    for number, (before, cell) in enumerate(pairwise(line.cells), start=1):
        is_apart = number == last and (_has_label(line) or _has_number(line))
        is_apart = is_apart or before.text.endswith(_LEFT_OF_LEADERS)
        aligned = not is_apart and any(_has_gap(other, before, cell) for other in others)
        text += (MARK if aligned else " ") + cell.text
    return line._replace(text=text)


def _has_label(line: Line) -> bool:
    """Whether the first of two cells is a bullet or number."""
    if len(line.cells) > 2:
        return False
    left, right = (cell.text for cell in line.cells)
    return bool(_LABEL.fullmatch(right[::-1] if is_right_to_left(left + right) else left))


def _has_number(line: Line) -> bool:
    """Whether the last cell, and no other, is the number of an equation."""
    *others, last = (bool(_EQUATION_NUMBER.fullmatch(cell.text)) for cell in line.cells)
    return last and not any(others)


def _has_gap(line: Line, before: Cell, cell: Cell) -> bool:
    """Whether a gap of the line shares the place of that between the two cells."""
    needed = CELL_GAP * line.size * 0.8
    return any(
        min(right.left, cell.left) - max(left.right, before.right) >= needed
        for left, right in pairwise(line.cells)
    )
