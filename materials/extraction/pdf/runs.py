"""From the letters of a page to runs: words of one size on one baseline, without wide gaps.

A page has thousands of letters and tens of runs. What is asked of every letter is asked of whole
lists, so that Python takes steps only at spaces and where the print changes.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import compress, pairwise
from operator import gt, ne, or_
from typing import Final

# Shares of the height of a letter.
NO_SPACE: Final = 0.1
CELL_GAP: Final = 0.9
_SAME: Final = 0.03
"""What rounding does to it."""
_SIMILAR: Final = 0.75
"""What letters of one line do that stick out of their font's height."""
_ODD: Final = 2.5
"""How many times the size of its type the height of a letter may be, or the other way round."""

Floats = list[float]


@dataclass(slots=True)
class Run:
    """Words of one size on one baseline without wide gaps.

    `size` is that of its type, `bottom` and `top` how high most of its letters reach. `spaced` when
    the file parts it from the last one; `ends` are its first and last character on the page.
    """

    text: str
    left: float
    right: float
    size: float
    baseline: float
    bottom: float
    top: float
    spaced: bool
    ends: tuple[int, int]

    @property
    def height(self) -> float:
        return self.top - self.bottom


class Letters:
    """The characters of a page that can be seen, by their number among them.

    `sides` are the left, bottom, right and top of each character of the text; those without
    height are not printed. `printed` gives size and baseline of a character by its place in the
    text.
    """

    def __init__(
        self,
        text: str,
        sides: tuple[Floats, Floats, Floats, Floats],
        printed: Callable[[int], tuple[float, float]],
    ) -> None:
        self._text = text
        self._printed = printed
        blanks = [*map(str.isspace, text)]
        shown = [*map(gt, map(gt, sides[3], sides[1]), blanks)]
        self._places = [*compress(range(len(text)), shown)]
        self._spaced = [*compress([False, *blanks], shown)]
        self._lefts, self._bottoms, self._rights, self._tops = (
            [*compress(side, shown)] for side in sides
        )
        self._alike: dict[tuple[float, float, float, float], bool] = {}

    def runs(self) -> Iterator[Run]:
        """The runs in the order of the file."""
        if self._places:
            bounds = [0, *self._starts(), len(self._places)]
            yield from (self._run(first, stop) for first, stop in pairwise(bounds))

    def _starts(self) -> Iterator[int]:
        """Where a run begins that does not go on with the one before it."""
        spaced = self._spaced
        changes = [*map(or_, *(map(ne, side[1:], side) for side in (self._bottoms, self._tops)))]
        for n in compress(range(1, len(spaced)), map(or_, changes, spaced[1:])):
            if (spaced[n] and not self._is_near(n)) or (changes[n - 1] and not self._is_alike(n)):
                yield n

    def _is_near(self, number: int) -> bool:
        """Whether no more than a space parts a letter from the one before it."""
        height = self._tops[number] - self._bottoms[number]
        gap = self._lefts[number] - self._rights[number - 1]
        return NO_SPACE * height < gap <= CELL_GAP * height

    def _is_alike(self, number: int) -> bool:
        """Whether a letter is printed in one size on one line with the one before it."""
        last = number - 1
        key = self._bottoms[last], self._tops[last], self._bottoms[number], self._tops[number]
        if key not in self._alike:
            self._alike[key] = _are_level(*key) or (
                _are_similar(*key)
                and abs(self._baseline(last) - self._baseline(number)) < _SAME * (key[1] - key[0])
            )
        return self._alike[key]

    def _baseline(self, number: int) -> float:
        return self._printed(self._places[number])[1]

    def _run(self, first: int, stop: int) -> Run:
        bottom, top = _most(self._bottoms[first:stop]), _most(self._tops[first:stop])
        start, end = self._places[first], self._places[stop - 1]
        size, baseline = self._printed(start)
        # Some fonts made of pictures give a size that is none.
        if not top - bottom < _ODD * size < _ODD**2 * (top - bottom):
            size = top - bottom
        return Run(
            " ".join(self._text[start : end + 1].split()),
            min(self._lefts[first:stop]),
            max(self._rights[first:stop]),
            size,
            baseline,
            bottom,
            top,
            self._spaced[first],
            (start, end),
        )


def _most(values: Floats) -> float:
    """The value that occurs most often."""
    if 2 * values.count(values[0]) > len(values):
        return values[0]
    counts = Counter(values)
    return max(counts, key=counts.__getitem__)


def _are_level(bottom: float, top: float, other_bottom: float, other_top: float) -> bool:
    slack = _SAME * (top - bottom)
    return abs(bottom - other_bottom) < slack and abs(top - other_top) < slack


def _are_similar(bottom: float, top: float, other_bottom: float, other_top: float) -> bool:
    smaller, larger = sorted((top - bottom, other_top - other_bottom))
    return smaller >= _SIMILAR * larger
