"""The text of a page as PDFium knows it: letters with their places, sizes and weights.

A call into PDFium costs more than the rest of the work on a character. So the text comes at once,
and the places come into one buffer, without a step of Python between the calls.
"""

import re
import sys
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from ctypes import (
    byref,
    c_double,
    c_float,
    c_ushort,
    c_void_p,
    create_string_buffer,
    memset,
    sizeof,
)
from functools import partial
from itertools import groupby, repeat
from math import hypot, isfinite, pi
from typing import Final
from unicodedata import normalize

from materials.extraction.pdf.bidi import (
    as_written,
    is_right_to_left,
    shapes_apart,
    visual_order,
)
from materials.extraction.pdf.characters import ACCENTS, accent
from materials.extraction.pdf.pdfium import (
    CHAR_ANGLE,
    CHAR_ORIGIN,
    FONT_INFO,
    FONT_SIZE,
    FONT_WEIGHT,
    HAS_UNICODE_MAP_ERROR,
    LOOSE_CHAR_BOX,
    MATRIX,
    PDFIUM,
    UNICODE,
)
from materials.extraction.pdf.runs import Floats, Letters, Run, Sides

PAGE_CHARS: Final = 100_000
"""Characters read of one page."""

_ACCENT = re.compile("[" + re.escape("".join(ACCENTS)) + "]")
_HALF = re.compile("[\ud800-\udfff]")
_LATE: Final = 200
"""Characters between a letter and its accent."""
_SAMPLES: Final = 40
_SLANTED: Final = 4
_LEANING: Final = 0.15
"""Of a quarter turn; what leans less is straight."""
_BROKEN: Final = 2
_BOLD_WEIGHT: Final = 600
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi|-medi|\bcmbx|sfbx|\+cmbx", re.IGNORECASE)
_NAME = create_string_buffer(256)

_AT_ONCE: Final = 4096
_FLOATS = (c_float * (4 * _AT_ONCE))()
_SLOTS: Final = [byref(_FLOATS, 16 * n) for n in range(_AT_ONCE)]
"""The places in the buffer to which PDFium writes one box each."""


class TextPage:
    """The text of one page; `close` gives its memory back."""

    def __init__(self, page: int) -> None:
        handle = PDFIUM.FPDFText_LoadPage(page)
        self._is_open = bool(handle)
        # Ready to be passed on, which otherwise costs each call a fifth.
        self._text_page = c_void_p.from_param(handle)
        count = PDFIUM.FPDFText_CountChars(self._text_page) if handle else 0
        self._count = max(0, min(count, PAGE_CHARS))
        self._matrix, self._origin = (c_float * 6)(), (c_double * 2)()
        self._into_origin = byref(self._origin), byref(self._origin, sizeof(c_double))
        self._index: Sequence[int] = range(self._count)
        self.raw = self._fetch()
        self.unmapped = 0.0
        self.turns = 0
        self.turns = self._sample()
        self._places = self._boxes()
        self._sides = _turned(self._places, self.turns)
        if is_right_to_left(self.raw):
            self._put_in_visual_order()

    def close(self) -> None:
        if self._is_open:
            PDFIUM.FPDFText_ClosePage(self._text_page)

    def _put_in_visual_order(self) -> None:
        """Leaves `_index` to know the characters by PDFium's number."""
        text = as_written(self.raw)
        chars: list[str] = []
        index: list[int] = []
        places: Floats = []
        for number in visual_order(text, self._sides):
            place = self._places[4 * number : 4 * number + 4] if number is not None else [0.0] * 4
            for char in shapes_apart(text[number]) if number is not None else " ":
                chars.append(char)
                index.append(number if number is not None else index[-1] if index else 0)
                places += place
        self.raw, self._index, self._places = "".join(chars), index, places
        self._count = len(chars)
        self._sides = _turned(places, self.turns)

    def runs(self) -> list[list[Run]]:
        """The text in the order of the file, words of one kind that follow each other together.

        What runs in another direction than most of the page, as beside the axis of a plot, comes
        apart, with the places that it would have on a page turned so that it can be read.
        """
        text = self._with_accents()
        runs = self._runs(text, self._sides, self.turns)
        return self._by_direction(text) if _is_broken(runs) else [runs]

    def _runs(self, text: str, sides: Sides, turns: int) -> list[Run]:
        return list(Letters(text, sides, self._size, partial(self._baseline, turns)).runs())

    def _by_direction(self, text: str) -> list[list[Run]]:
        directions = [self._direction(index) for index in range(self._count)]
        found = [self.turns, *sorted({*directions} - {self.turns, _SLANTED})]
        straight = [self._runs(text, self._only(turns, directions), turns) for turns in found]
        return [*straight, *([run] for run in self._slanted(text, directions))]

    def _direction(self, index: int) -> int:
        """Quarter turns by the clock, or _SLANTED."""
        angle = CHAR_ANGLE(self._text_page, self._index[index])
        if not isfinite(angle):
            return self.turns
        quarters = angle / (pi / 2)
        return round(quarters) % 4 if abs(quarters - round(quarters)) < _LEANING else _SLANTED

    def _slanted(self, text: str, directions: Sequence[int]) -> Iterator[Run]:
        """What is printed across the page, as a stamp, each piece by itself."""
        places = (n for n in range(self._count) if not text[n].isspace())
        for slanted, group in groupby(places, lambda n: directions[n] == _SLANTED):
            if slanted:
                first, *_, last = [*group] * 2
                # PDFium takes every step upwards for a new line.
                words = " ".join(text[first : last + 1].replace("\r\n", "").split())
                size = self._size(first)
                yield Run(words, 0.0, 0.0, size, 0.0, 0.0, size, spaced=True, ends=(first, last))

    def _only(self, turns: int, directions: Sequence[int]) -> Sides:
        """The places of what runs in that direction; all else has no height."""
        left, bottom, right, top = _turned(self._places, turns)
        shown = [
            high if own == turns else low
            for own, low, high in zip(directions, bottom, top, strict=True)
        ]
        return left, bottom, right, shown

    def is_bold(self, index: int) -> bool:
        """Whether a character is of a bold font, by its weight or, where that lies, its name."""
        index = self._index[index]
        if FONT_WEIGHT(self._text_page, index) >= _BOLD_WEIGHT:
            return True
        length = FONT_INFO(self._text_page, index, _NAME, len(_NAME), None)
        return 0 < length <= len(_NAME) and bool(_BOLD_NAME.search(_NAME.value))

    def _fetch(self) -> str:
        """The text, each unit of UTF-16 as one character, at PDFium's own indices."""
        buffer = (c_ushort * (self._count + 1))()
        written = PDFIUM.FPDFText_GetText(self._text_page, 0, self._count, buffer) - 1
        units = memoryview(buffer).cast("B")[: 2 * self._count]
        text = str(units, f"utf-16-{sys.byteorder[0]}e", "surrogatepass")
        # PDFium's text leaves characters out that say nothing, and may tell those beyond the first
        # plane as one: then it does not keep to its own indices.
        apart = not written == len(text) == self._count or _HALF.search(text)
        return self._fetch_one_by_one() if apart else text

    def _fetch_one_by_one(self) -> str:
        codes = map(UNICODE, repeat(self._text_page), range(self._count))
        return "".join(chr(code) if 0 < code <= sys.maxunicode else "\ufffd" for code in codes)

    def _sample(self) -> int:
        """Quarter turns, by the clock, of most of the text; sets `unmapped` on the way.

        That is the share of characters whose font does not say which letters they show.
        """
        turns: Counter[int] = Counter()
        errors = 0
        for index in range(0, self._count, max(1, self._count // _SAMPLES)):
            if not self.raw[index].isspace():
                turns[self._direction(index) % _SLANTED] += 1
                errors += HAS_UNICODE_MAP_ERROR(self._text_page, index) == 1
        self.unmapped = errors / max(1, turns.total())
        return max(turns, key=turns.__getitem__) if turns else 0

    def _boxes(self) -> Floats:
        """Left, top, right, bottom of each character with the full height of its font.

        All the same for a character that has no place, as a space of PDFium's own.
        """
        found: Floats = []
        for start in range(0, self._count, _AT_ONCE):
            indices = range(start, min(start + _AT_ONCE, self._count))
            memset(_FLOATS, 0, sizeof(_FLOATS))
            deque(map(LOOSE_CHAR_BOX, repeat(self._text_page), indices, _SLOTS), maxlen=0)
            found += memoryview(_FLOATS).cast("B").cast("f")[: 4 * len(indices)].tolist()
        return found

    def _with_accents(self) -> str:
        """The text with accents that are printed over a letter made part of it."""
        chars: list[str] | None = None
        for found in _ACCENT.finditer(self.raw):
            index = found.start()
            for other, before in ((index + 1, True), (index - 1, False)):
                if self._letter_under(index, other):
                    chars = chars or list(self.raw)
                    chars[index] = accent(found[0], before=before)
                    break
            else:
                far = self._letter_before(index) if not found[0].isascii() else None
                if far is not None:
                    chars = chars or list(self.raw)
                    # One sign in its place, and nothing where the accent comes late.
                    chars[far] = normalize("NFC", chars[far] + ACCENTS[found[0]])[:1]
                    chars[index] = " "
        return "".join(chars) if chars else self.raw

    def _letter_before(self, accent: int) -> int | None:
        """The letter under an accent that comes after the word, as some TeX files write it."""
        _, bottoms, _, tops = self._sides
        for index in range(accent - 2, max(-1, accent - _LATE), -1):
            height = min(tops[accent], tops[index]) - max(bottoms[accent], bottoms[index])
            if 2 * height > tops[accent] - bottoms[accent] and self._letter_under(accent, index):
                return index
        return None

    def _letter_under(self, accent: int, index: int) -> bool:
        if not 0 <= index < self._count or not self.raw[index].isalpha():
            return False
        lefts, _, rights, _ = self._sides
        left, right, other_left, other_right = (
            lefts[accent], rights[accent], lefts[index], rights[index],
        )  # fmt: skip
        overlap = min(right, other_right) - max(left, other_left)
        return overlap > 0.5 * min(right - left, other_right - other_left)

    def _size(self, index: int) -> float:
        index = self._index[index]
        MATRIX(self._text_page, index, self._matrix)
        return float(FONT_SIZE(self._text_page, index)) * hypot(self._matrix[2], self._matrix[3])

    def _baseline(self, turns: int, index: int) -> float:
        CHAR_ORIGIN(self._text_page, self._index[index], *self._into_origin)
        x, y = self._origin
        return (y, x, -y, -x)[turns]


def _is_broken(runs: Sequence[Run]) -> bool:
    """Whether letters stand alone one after the other, as those that are turned seem to."""
    return any(
        max(len(one.text), len(two.text), len(three.text)) <= _BROKEN
        for one, two, three in zip(runs, runs[1:], runs[2:], strict=False)
    )


def _turned(boxes: Floats, turns: int) -> Sides:
    """Left, bottom, right, top of each box once the page is turned so that its text runs right."""
    left, top, right, bottom = (boxes[side::4] for side in range(4))
    for _ in range(turns):
        left, bottom, right, top = _negative(top), left, _negative(bottom), right
    if turns:
        left, right = list(map(min, left, right)), list(map(max, left, right))
        bottom, top = list(map(min, bottom, top)), list(map(max, bottom, top))
    return left, bottom, right, top


def _negative(values: Floats) -> Floats:
    return [-value for value in values]
