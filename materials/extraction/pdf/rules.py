"""The horizontal lines that a page draws: bars of fractions among underlines and tables."""

from collections.abc import Iterator
from ctypes import byref, c_float
from itertools import compress, repeat
from typing import Any, Final

from materials.extraction.pdf import pdfium
from materials.extraction.pdf.fractions import Rule
from materials.extraction.pdf.pdfium import PDFIUM

_OBJECTS: Final = 5_000
_THICK: Final = 2.0
_SLENDER: Final = 3


def rules(page: Any, turns: int) -> Iterator[Rule]:
    """The lines drawn straight to the right on a page that is turned so many quarters."""
    left, bottom, right, top = (c_float() for _ in range(4))
    into = byref(left), byref(bottom), byref(right), byref(top)
    count = min(PDFIUM.FPDFPage_CountObjects(page), _OBJECTS)
    objects = [*map(PDFIUM.FPDFPage_GetObject, repeat(page, count), range(count))]
    are_paths = map(pdfium.PAGEOBJ_PATH.__eq__, map(PDFIUM.FPDFPageObj_GetType, objects))
    for path in compress(objects, are_paths):
        if not PDFIUM.FPDFPageObj_GetBounds(path, *into):
            continue
        x1, y1, x2, y2 = _turned(left.value, bottom.value, right.value, top.value, turns)
        if y2 - y1 < _THICK and x2 - x1 > _SLENDER * (y2 - y1):
            yield Rule(x1, x2, (y1 + y2) / 2)


def _turned(
    x1: float, y1: float, x2: float, y2: float, turns: int
) -> tuple[float, float, float, float]:
    for _ in range(turns):
        x1, y1, x2, y2 = -y2, x1, -y1, x2
    return x1, y1, x2, y2
