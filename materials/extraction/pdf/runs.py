"""From the letters of a page to runs: words of one size on one baseline, without wide gaps.

A page has thousands of letters and tens of runs. What is asked of every letter is asked of whole
lists, so that Python takes steps only at spaces and where the print changes.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import compress, pairwise
from operator import ge, ne, or_
from typing import Final

ROOT: Final = "√"

# Shares of the height of a letter.
NO_SPACE: Final = 0.1
CELL_GAP: Final = 0.9
_SAME: Final = 0.03
"""What rounding does to it."""
_SIMILAR: Final = 0.75
"""What letters of one line do that stick out of their font's height."""
_ODD: Final = 2.5
"""How many times the size of its type the height of a letter may be, or the other way round."""

_BLANKS: Final = bytes(chr(code).isspace() for code in range(256))
_NEGATION: Final = bytes([1, *[0] * 255])
_OTHER_SPACES: Final = re.compile("[\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")

Floats = list[float]
Sides = tuple[Floats, Floats, Floats, Floats]
"""Left, bottom, right and top of each character."""


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
    height are not printed. `size` and `baseline` give those of a character by its
    place in the text.
    """

    def __init__(
        self,
        text: str,
        sides: Sides,
        size: Callable[[int], float],
        baseline: Callable[[int], float],
    ) -> None:
        self._text = text = _OTHER_SPACES.sub(" ", text)
        self._size, self._baseline = size, baseline
        blank = text.encode("latin-1", "replace").translate(_BLANKS)
        flat = bytes(map(ge, sides[1], sides[3]))
        shown = bytes(map(or_, blank, flat)).translate(_NEGATION)
        self._places = [*compress(range(len(text)), shown)]
        self._spaced = [*compress(b"\0" + blank, shown)]
        self._lefts, self._bottoms, self._rights, self._tops = (
            [*compress(side, shown)] for side in sides
        )

    def runs(self) -> Iterator[Run]:
        """The runs in the order of the file."""
        if self._places:
            bounds = [0, *self._starts(), len(self._places)]
            yield from (self._run(first, stop) for first, stop in pairwise(bounds))

    def _starts(self) -> list[int]:
        """Where a run begins that does not go on with the one before it."""
        return sorted({*self._far_ones(), *self._changes(), *self._after_roots()})

    def _far_ones(self) -> Iterator[int]:
        """The first letters of words that more than a space, or less, parts from the last."""
        lefts, bottoms, rights, tops = self._lefts, self._bottoms, self._rights, self._tops
        for n in compress(range(1, len(lefts)), self._spaced[1:]):
            height = tops[n] - bottoms[n]
            if not NO_SPACE * height < lefts[n] - rights[n - 1] <= CELL_GAP * height:
                yield n

    def _after_roots(self) -> Iterator[int]:
        """The letters after the sign of a root, which a bar alone says what it is of."""
        if ROOT in self._text:
            text, places = self._text, self._places
            yield from (n for n in range(1, len(places)) if text[places[n - 1]] == ROOT)

    def _changes(self) -> Iterator[int]:
        """The letters in another size or on another line than the one before.

        Those that reach exactly as high stand on one line; one of them may reach deeper.
        """
        bottoms, tops = self._bottoms, self._tops
        known: dict[tuple[float, float, float, float], bool] = {}
        for n in compress(range(1, len(tops)), map(ne, tops[1:], tops)):
            key = bottoms[n - 1], tops[n - 1], bottoms[n], tops[n]
            if key not in known:
                known[key] = self._is_change(n, *key)
            if known[key]:
                yield n

    def _is_change(
        self, number: int, last_bottom: float, last_top: float, bottom: float, top: float
    ) -> bool:
        height, last_height = top - bottom, last_top - last_bottom
        if min(height, last_height) < _SIMILAR * max(height, last_height):
            return True
        if bottom == last_bottom:
            return False  # one of them is taller
        slack = _SAME * last_height
        if abs(bottom - last_bottom) < slack and abs(top - last_top) < slack:
            return False
        if bottom > last_top or top < last_bottom:
            return True
        first, second = self._places[number - 1], self._places[number]
        return abs(self._baseline(first) - self._baseline(second)) >= slack

    def _run(self, first: int, stop: int) -> Run:
        bottom, top = _most(self._bottoms[first:stop]), _most(self._tops[first:stop])
        start, end = self._places[first], self._places[stop - 1]
        size = self._size(start)
        # Some fonts made of pictures give a size that is none.
        if not top - bottom < _ODD * size < _ODD**2 * (top - bottom):
            size = top - bottom
        return Run(
            " ".join(self._text[start : end + 1].split()),
            min(self._lefts[first:stop]),
            max(self._rights[first:stop]),
            size,
            self._baseline(start),
            bottom,
            top,
            bool(self._spaced[first]),
            (start, end),
        )


def _most(values: Floats) -> float:
    """The value that occurs most often."""
    if 2 * values.count(values[0]) > len(values):
        return values[0]
    counts = Counter(values)
    return max(counts, key=counts.__getitem__)
