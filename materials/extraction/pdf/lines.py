"""From runs of words with their places to lines of text: order, scripts, cells.

Coordinates are points, x to the right and y up, of the page as it is read.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import Final, Literal

from materials.extraction.pdf.characters import HYPHENS, readable

# All shares are of the height of a line's type.
_SAME_LINE_OVERLAP: Final = 0.4
_SAME_BASELINE: Final = 0.3
_SCRIPT_SIZE: Final = 0.88
_SCRIPT_SHIFT: Final = 0.08
_NO_SPACE: Final = 0.1
_CELL_GAP: Final = 1.0
_BACKWARDS: Final = 1.5
_ALIKE: Final = 0.05
"""In points: what rounding may do to the same height."""

Script = Literal["^", "_", ""]

_RAISED = str.maketrans("0123456789+-−=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_NUMERIC = re.compile(r"[0-9+\-−]+")
_LABEL = re.compile(r"[•▪◦‣●○■□➢❖✓·*–—-]|\(?(\d{1,3}|[ivxlIVXL]{1,5}|\w)[.):]?|\d+(\.\d+)+\.?")
_LEADERS = re.compile(r"(?: ?[.·…]){4,} ?")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe]")


@dataclass(slots=True)
class Run:
    """Words of one size on one baseline without wide gaps.

    `spaced` when the file parts it from the last one; `ends` are its first and last character on
    the page.
    """

    text: str
    left: float
    right: float
    baseline: float
    bottom: float
    top: float
    spaced: bool
    ends: tuple[int, int]

    @property
    def height(self) -> float:
        return self.top - self.bottom

    def takes(self, left: float, bottom: float, right: float, top: float) -> bool:
        """Whether a word in that place is the next of this run."""
        height = self.top - self.bottom
        return (
            abs(bottom - self.bottom) < _ALIKE
            and abs(top - self.top) < _ALIKE
            and _NO_SPACE * height < left - self.right <= _CELL_GAP * height
        )

    def extend(self, word: str, right: float, last: int) -> None:
        self.text = f"{self.text} {word}"
        self.right = right
        self.ends = (self.ends[0], last)


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a line; a wide gap parts it from the next."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, from `cells` of which most lines have one."""

    cells: tuple[Cell, ...]
    text: str
    height: float
    baseline: float
    ends: tuple[int, int]
    """The first characters of its first and its last run, on the page."""
    divided: bool = False
    """Whether its last word goes on in the next line; its hyphen is not part of `text`."""
    bold: bool = False


@dataclass
class _Growing:
    """A line while runs come; `left` to `top` are those of its largest type."""

    runs: list[Run] = field(default_factory=list)
    height: float = 0.0
    bottom: float = 0.0
    top: float = 0.0
    baseline: float = 0.0
    right: float = 0.0
    main_right: float = 0.0

    def add(self, run: Run) -> None:
        self.runs.append(run)
        self.right = max(self.right, run.right)
        if run.height >= _SCRIPT_SIZE * self.height:
            self.main_right = run.right
            self.height, self.baseline = run.height, run.baseline
            self.bottom, self.top = run.bottom, run.top

    def takes(self, run: Run) -> bool:
        """Whether the run goes on with this line."""
        if not self.runs:
            return True
        smaller = min(self.height, run.height)
        overlap = min(self.top, run.top) - max(self.bottom, run.bottom)
        if overlap < _SAME_LINE_OVERLAP * smaller:
            return False
        is_script = smaller < _SCRIPT_SIZE * max(self.height, run.height)
        if not is_script and abs(run.baseline - self.baseline) > _SAME_BASELINE * smaller:
            return False
        end = self.main_right if is_script else self.right
        return run.left > end - _BACKWARDS * self.height or _is_right_to_left(run, self.runs[-1])


def lines_of(runs: Iterable[Run]) -> list[Line]:
    """The lines of a page in the order of the file, marked as a table where cells stand aligned."""
    growing = _Growing()
    grown = [growing]
    for run in runs:
        if not growing.takes(run):
            growing = _Growing()
            grown.append(growing)
        growing.add(run)
    lines = [line for part in grown if part.runs and (line := _line(part.runs)).text]
    return [_in_cells(line, lines[max(0, n - 2) : n + 3]) for n, line in enumerate(lines)]


def _is_right_to_left(*runs: Run) -> bool:
    return any(_RIGHT_TO_LEFT.search(run.text) for run in runs)


def _line(runs: Sequence[Run]) -> Line:
    height = _most(runs, lambda run: round(run.height, 1))
    main = [run for run in runs if run.height >= _SCRIPT_SIZE * height]
    baseline = _most(main, lambda run: round(run.baseline, 1))
    cells = tuple(_cells(runs, height, baseline))
    text = " ".join(cell.text for cell in cells)
    divided = runs[-1].text[-1:] in HYPHENS
    return Line(cells, text, height, baseline, (runs[0].ends[0], runs[-1].ends[1]), divided)


def _most(runs: Sequence[Run], value: Callable[[Run], float]) -> float:
    """The value that most characters have."""
    chars: Counter[float] = Counter()
    for run in runs:
        chars[value(run)] += len(run.text)
    return max(chars, key=chars.__getitem__)


def _cells(runs: Sequence[Run], height: float, baseline: float) -> Iterator[Cell]:
    cell: list[Run] = []
    for run in runs:
        if cell and run.left - cell[-1].right > _CELL_GAP * height:
            yield _cell(cell, height, baseline)
            cell = []
        cell.append(run)
    yield _cell(cell, height, baseline)


def _cell(runs: Sequence[Run], height: float, baseline: float) -> Cell:
    parts: list[str] = []
    last: Run | None = None
    for script, group in groupby(runs, lambda run: _script(run, height, baseline)):
        members = list(group)
        if last and _parted(last, members[0], height):
            parts.append(" ")
        parts.append(_as_script(script, _spelled(members, height)))
        last = members[-1]
    left = min(run.left for run in runs)
    text = _LEADERS.sub(" … ", "".join(parts)).strip()
    return Cell(text, left, max(run.right for run in runs))


def _spelled(runs: Sequence[Run], height: float) -> str:
    parts = [runs[0].text]
    for before, run in pairwise(runs):
        parts.append(" " + run.text if _parted(before, run, height) else run.text)
    return readable("".join(parts))


def _parted(before: Run, run: Run, height: float) -> bool:
    """Whether a space stands between; not where the file has one that cannot be seen."""
    if _is_right_to_left(before, run):
        return run.spaced
    return run.spaced and run.left - before.right > _NO_SPACE * min(height, run.height)


def _script(run: Run, height: float, baseline: float) -> Script:
    shift = run.baseline - baseline
    if run.height >= _SCRIPT_SIZE * height or abs(shift) < _SCRIPT_SHIFT * height:
        return ""
    return "^" if shift > 0 else "_"


def _as_script(script: Script, text: str) -> str:
    """Digits and signs as their own raised or lowered forms, all else as ^x or ^(n+1)."""
    if not script or not text:
        return text
    if _NUMERIC.fullmatch(text):
        return text.translate(_RAISED if script == "^" else _LOWERED)
    if not any(char.isalnum() for char in text):
        return text
    return f"{script}{text}" if len(text) == 1 else f"{script}({text})"


def _in_cells(line: Line, neighbours: Sequence[Line]) -> Line:
    """The line with marks between its cells where lines near it have gaps in the same place."""
    if len(line.cells) == 1:
        return line
    others = [other for other in neighbours if other is not line]
    text = line.cells[0].text
    for number, (before, cell) in enumerate(pairwise(line.cells)):
        is_label = number == 0 and len(line.cells) == 2 and _LABEL.fullmatch(before.text)
        aligned = not is_label and any(_has_gap(other, before, cell) for other in others)
        text += (" | " if aligned else " ") + cell.text
    return replace(line, text=text)


def _has_gap(line: Line, before: Cell, cell: Cell) -> bool:
    """Whether a gap of the line shares the place of that between the two cells."""
    needed = _CELL_GAP * line.height * 0.8
    return any(
        min(right.left, cell.left) - max(left.right, before.right) >= needed
        for left, right in pairwise(line.cells)
    )
