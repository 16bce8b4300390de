"""A PDF as PDFium opens it: its pages one by one, its outline, its filled fields and notes."""

from ctypes import Array, c_ushort
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from materials.errors import BrokenFile, EncryptedFile
from materials.extraction.pdf import pdfium
from materials.extraction.pdf.annotations import notes
from materials.extraction.pdf.characters import unreadable_count
from materials.extraction.pdf.columns import by_rows
from materials.extraction.pdf.fractions import with_fractions
from materials.extraction.pdf.lines import Line, lines_of
from materials.extraction.pdf.pages import TextPage
from materials.extraction.pdf.pdfium import PDFIUM, wide
from materials.extraction.pdf.rules import rules

HEADING_CHARS: Final = 120
_SCAN_CHARS: Final = 20
_OUTLINE_ENTRIES: Final = 5_000
_OBJECTS: Final = 2_000

Outline = dict[int, list[str]]
"""Titles by the index of the page that they point to, in order."""


@dataclass(frozen=True)
class Page:
    """What one page holds. `unreadable` is the share of its characters that mean nothing,
    `unmapped` of those whose font does not say which letters they are, so that PDFium guesses,
    `is_scan` whether it shows a picture and next to no text."""

    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    unreadable: float = 0.0
    unmapped: float = 0.0
    is_scan: bool = False


class Document:
    """An open PDF. Raises EncryptedFile or BrokenFile. It lives as long as its process."""

    def __init__(self, content: bytes) -> None:
        PDFIUM.FPDF_InitLibrary()
        self._content = content
        self._document = PDFIUM.FPDF_LoadMemDocument64(content, len(content), None)
        if not self._document:
            protected = (pdfium.ERR_PASSWORD, pdfium.ERR_SECURITY)
            raise EncryptedFile if PDFIUM.FPDF_GetLastError() in protected else BrokenFile
        self.page_count = int(PDFIUM.FPDF_GetPageCount(self._document))
        self._form = self._open_form()

    def page(self, index: int) -> Page:
        """A page; an empty one when it is broken itself, so that the others can be read."""
        handle = PDFIUM.FPDF_LoadPage(self._document, index)
        if not handle:
            return Page()
        text = TextPage(handle)
        try:
            first, *others = text.runs()
            first = with_fractions(first, lambda: rules(handle, text.turns))
            found = chain.from_iterable(by_rows(lines_of(runs)) for runs in (first, *others))
            lines = tuple(_with_weight(line, text) for line in found)
            written = tuple(dict.fromkeys(notes(handle, self._form)))
            has_text = sum(len(line.text) for line in lines) >= _SCAN_CHARS
            is_scan = not has_text and _has_picture(handle)
            return Page(lines, written, _unreadable(text.raw), text.unmapped, is_scan=is_scan)
        finally:
            text.close()
            PDFIUM.FPDF_ClosePage(handle)

    def outline(self) -> Outline:
        """The bookmarks, as far as they point to a page of this document."""
        titles: Outline = {}
        waiting = [PDFIUM.FPDFBookmark_GetFirstChild(self._document, None)]
        for _ in range(_OUTLINE_ENTRIES):
            if not waiting:
                break
            entry = waiting.pop()
            if not entry:
                continue
            page = self._page_of(entry)
            if page >= 0:
                titles.setdefault(page, []).append(_title(entry))
            waiting.append(PDFIUM.FPDFBookmark_GetNextSibling(self._document, entry))
            waiting.append(PDFIUM.FPDFBookmark_GetFirstChild(self._document, entry))
        return titles

    def _page_of(self, entry: Any) -> int:
        target = PDFIUM.FPDFBookmark_GetDest(self._document, entry)
        if not target:
            action = PDFIUM.FPDFBookmark_GetAction(entry)
            target = PDFIUM.FPDFAction_GetDest(self._document, action) if action else None
        return int(PDFIUM.FPDFDest_GetDestPageIndex(self._document, target)) if target else -1

    def _open_form(self) -> Any:
        if PDFIUM.FPDF_GetFormType(self._document) == pdfium.FORMTYPE_NONE:
            return None
        # PDFium keeps the address of this structure.
        self._form_info = pdfium.FormFillInfo(version=2)
        return PDFIUM.FPDFDOC_InitFormFillEnvironment(self._document, self._form_info)


def _title(entry: Any) -> str:
    def get(buffer: "Array[c_ushort] | None", size: int) -> int:
        return int(PDFIUM.FPDFBookmark_GetTitle(entry, buffer, size))

    return " ".join(wide(get).split())


def _with_weight(line: Line, text: TextPage) -> Line:
    """The line, known to be bold when it is short and both its ends are."""
    if len(line.text) > HEADING_CHARS or not all(map(text.is_bold, line.ends)):
        return line
    return line._replace(bold=True)


def _unreadable(text: str) -> float:
    signs = sum(map(len, text.split()))
    return unreadable_count(text) / signs if signs else 0.0


def _has_picture(page: Any) -> bool:
    """Whether an image lies on the page or in a form on it."""
    kinds = (pdfium.PAGEOBJ_IMAGE, pdfium.PAGEOBJ_FORM)
    count = min(PDFIUM.FPDFPage_CountObjects(page), _OBJECTS)
    return any(
        PDFIUM.FPDFPageObj_GetType(PDFIUM.FPDFPage_GetObject(page, n)) in kinds
        for n in range(count)
    )
