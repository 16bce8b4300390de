"""What PDFium knows of a page: its text with its places, its pictures, notes and fields.

A call into PDFium costs about as much as the rest of the work on a character, so the text is
fetched at once, and of a word of letters only its ends are looked up.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from ctypes import byref, c_double, c_ushort, create_string_buffer
from math import pi
from typing import Any, Final

import pypdfium2_raw as pdfium

from materials.extraction.pdf.characters import ACCENTS, accent
from materials.extraction.pdf.lines import Run

PAGE_CHARS: Final = 100_000
"""Characters read of one page."""

_WORD = re.compile(r"\S+")
# Where the ends are alike there can be no script between them; group 1 ends with its last letter.
_PLAIN = re.compile(
    r"[(\[\"'“‘]?((?:[^\W\d_]+[-'’./])*[^\W\d_]{2,}|[^\W\d_]|\d+)[.,;:!?)\]\"'”’]{0,3}"
)
_ACCENT = re.compile("[" + re.escape("".join(ACCENTS)) + "]")
_HALF = re.compile("[\ud800-\udfff]")
_SAMPLES: Final = 40
_SAME: Final = 0.05
_BOLD_WEIGHT: Final = 600
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi|-medi|\bcmbx|sfbx|\+cmbx", re.IGNORECASE)

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


class TextPage:
    """The text of one page; `close` gives its memory back."""

    def __init__(self, page: Any) -> None:
        self._text_page = pdfium.FPDFText_LoadPage(page)
        count = pdfium.FPDFText_CountChars(self._text_page) if self._text_page else 0
        self._count = max(0, min(count, PAGE_CHARS))
        self._rectangle = pdfium.FS_RECTF()
        self._x, self._y = c_double(), c_double()
        # Letters of one font on one line have the same height and the same baseline.
        self._printed_at, self._baseline = (0.0, 0.0), 0.0
        self.raw = self._fetch()
        self.unmapped = 0.0
        self._turns = self._sample()

    def close(self) -> None:
        if self._text_page:
            pdfium.FPDFText_ClosePage(self._text_page)

    def runs(self) -> Iterator[Run]:
        """The text in the order of the file, words of one kind that follow each other together."""
        text = self._with_accents()
        open_run: Run | None = None
        end = 0
        for found in _WORD.finditer(text):
            start, stop = found.span()
            spaced = start > end
            for first, last, box in self._pieces(text, start, stop):
                if open_run and spaced and open_run.takes(*box):
                    open_run.extend(text[first:last], box[2], last - 1)
                else:
                    if open_run:
                        yield open_run
                    open_run = self._run(text[first:last], (first, last - 1), box, spaced)
                spaced = False
            end = stop
        if open_run:
            yield open_run

    def is_bold(self, index: int) -> bool:
        """Whether a character is of a bold font, by its weight or, where that lies, its name."""
        if pdfium.FPDFText_GetFontWeight(self._text_page, index) >= _BOLD_WEIGHT:
            return True
        name = create_string_buffer(64)
        pdfium.FPDFText_GetFontInfo(self._text_page, index, name, 64, None)
        return bool(_BOLD_NAME.search(name.value))

    def _fetch(self) -> str:
        """The text, each unit of UTF-16 as one character, at PDFium's own indices."""
        buffer = (c_ushort * (self._count + 1))()
        if self._count:
            pdfium.FPDFText_GetText(self._text_page, 0, self._count, buffer)
        text = "".join(map(chr, buffer[: self._count]))
        # With codes beyond the first plane PDFium's text may not keep to its own indices.
        return self._fetch_one_by_one() if _HALF.search(text) else text

    def _fetch_one_by_one(self) -> str:
        codes = (pdfium.FPDFText_GetUnicode(self._text_page, n) for n in range(self._count))
        return "".join(chr(code) if code <= sys.maxunicode else "\ufffd" for code in codes)

    def _sample(self) -> int:
        """Quarter turns, by the clock, of most of the text; sets `unmapped` on the way.

        That is the share of characters whose font does not say which letters they show.
        """
        turns: Counter[int] = Counter()
        errors = 0
        for index in range(0, self._count, max(1, self._count // _SAMPLES)):
            if not self.raw[index].isspace():
                angle = pdfium.FPDFText_GetCharAngle(self._text_page, index)
                turns[round(angle / (pi / 2)) % 4] += 1
                errors += pdfium.FPDFText_HasUnicodeMapError(self._text_page, index) == 1
        self.unmapped = errors / max(1, turns.total())
        return max(turns, key=turns.__getitem__) if turns else 0

    def _with_accents(self) -> str:
        """The text with accents that are printed over a letter made part of it."""
        chars: list[str] | None = None
        for found in _ACCENT.finditer(self.raw):
            index = found.start()
            box = self._box(index)
            for other, before in ((index + 1, True), (index - 1, False)):
                if box and self._letter_under(box, other):
                    chars = chars or list(self.raw)
                    chars[index] = accent(found[0], before=before)
                    break
        return "".join(chars) if chars else self.raw

    def _letter_under(self, box: Box, index: int) -> bool:
        if not 0 <= index < self._count or not self.raw[index].isalpha():
            return False
        letter = self._box(index)
        if letter is None:
            return False
        overlap = min(box[2], letter[2]) - max(box[0], letter[0])
        return overlap > 0.5 * min(box[2] - box[0], letter[2] - letter[0])

    def _pieces(self, text: str, start: int, stop: int) -> Iterator[tuple[int, int, Box]]:
        """The parts of a word that are printed in one size on one line."""
        if whole := self._plain_word(text, start, stop):
            yield start, stop, whole
            return
        piece: list[tuple[int, Box]] = []
        for index in range(start, stop):
            box = self._box(index)
            if box is None:
                continue
            if piece and not _alike(piece[-1][1], box):
                yield piece[0][0], index, _around(piece)
                piece = []
            piece.append((index, box))
        if piece:
            yield piece[0][0], stop, _around(piece)

    def _plain_word(self, text: str, start: int, stop: int) -> Box | None:
        """The place of a word of letters or digits alone whose ends are printed alike."""
        found = _PLAIN.fullmatch(text, start, stop)
        first = self._box(start) if found else None
        if not found or not first:
            return None
        letter = found.end(1) - 1
        last = self._box(stop - 1) if stop - 1 > start else first
        if not last or not _alike(first, last):
            return None
        if letter not in (start, stop - 1) and not (
            (box := self._box(letter)) and _alike(first, box)
        ):
            return None
        # From right to left the first letter stands on the right.
        return (min(first[0], last[0]), first[1], max(first[2], last[2]), first[3])

    def _run(self, text: str, ends: tuple[int, int], box: Box, spaced: bool) -> Run:
        left, bottom, right, top = box
        if self._printed_at != (bottom, top):
            self._printed_at = (bottom, top)
            self._baseline = self._origin(ends[0])
        return Run(text, left, right, self._baseline, bottom, top, spaced, ends)

    def _origin(self, index: int) -> float:
        pdfium.FPDFText_GetCharOrigin(self._text_page, index, byref(self._x), byref(self._y))
        return _turned(self._x.value, self._y.value, self._turns)[1]

    def _box(self, index: int) -> Box | None:
        """The place of a character with the full height of its font; none of PDFium's own."""
        rectangle = self._rectangle
        if not pdfium.FPDFText_GetLooseCharBox(self._text_page, index, rectangle):
            return None
        left, bottom, right, top = rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
        if self._turns:
            left, bottom = _turned(left, bottom, self._turns)
            right, top = _turned(right, top, self._turns)
            left, right = min(left, right), max(left, right)
            bottom, top = min(bottom, top), max(bottom, top)
        return (left, bottom, right, top) if top > bottom else None


def _turned(x: float, y: float, turns: int) -> tuple[float, float]:
    """The point once the page is turned so that its text runs to the right."""
    return ((x, y), (-y, x), (-x, -y), (y, -x))[turns]


def _alike(one: Box, other: Box) -> bool:
    return abs(one[1] - other[1]) < _SAME and abs(one[3] - other[3]) < _SAME


def _around(piece: list[tuple[int, Box]]) -> Box:
    boxes = [box for _, box in piece]
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    return left, boxes[0][1], right, boxes[0][3]
