"""A PDF as PDFium opens it: its pages one by one, its outline, its filled fields and notes."""

from collections.abc import Callable, Iterator
from ctypes import Array, c_ushort
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from materials.errors import BrokenFile, EncryptedFile
from materials.extraction.pdf import pdfium
from materials.extraction.pdf.characters import readable, unreadable_count
from materials.extraction.pdf.columns import by_rows
from materials.extraction.pdf.fractions import with_fractions
from materials.extraction.pdf.lines import Line, lines_of
from materials.extraction.pdf.pages import TextPage
from materials.extraction.pdf.pdfium import PDFIUM
from materials.extraction.pdf.rules import rules

HEADING_CHARS: Final = 120
_SCAN_CHARS: Final = 20
_OUTLINE_ENTRIES: Final = 5_000
_NOTES: Final = 500
_OBJECTS: Final = 2_000
_CHECKED: Final = (pdfium.FORMFIELD_CHECKBOX, pdfium.FORMFIELD_RADIOBUTTON)
_FILLED: Final = (
    pdfium.FORMFIELD_TEXTFIELD,
    pdfium.FORMFIELD_COMBOBOX,
    pdfium.FORMFIELD_LISTBOX,
    *_CHECKED,
)
_NOTE_KINDS: Final = (pdfium.ANNOT_TEXT, pdfium.ANNOT_FREETEXT)

Outline = dict[int, list[str]]
"""Titles by the index of the page that they point to, in order."""


@dataclass(frozen=True)
class Page:
    """What one page holds. `unreadable` is the share of its characters that mean nothing,
    `is_scan` whether it shows a picture and next to no text."""

    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    unreadable: float = 0.0
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
            notes = tuple(dict.fromkeys(self._notes(handle)))
            has_text = sum(len(line.text) for line in lines) >= _SCAN_CHARS
            is_scan = not has_text and _has_picture(handle)
            return Page(lines, notes, _unreadable(text), is_scan=is_scan)
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

    def _notes(self, page: Any) -> Iterator[str]:
        """Values of the fields that somebody filled, and the notes that somebody wrote."""
        for index in range(min(PDFIUM.FPDFPage_GetAnnotCount(page), _NOTES)):
            note = PDFIUM.FPDFPage_GetAnnot(page, index)
            if not note:
                continue
            kind = PDFIUM.FPDFAnnot_GetSubtype(note)
            if kind == pdfium.ANNOT_WIDGET and self._form:
                yield from self._field(note)
            elif kind in _NOTE_KINDS and (text := _contents(note)):
                yield text
            PDFIUM.FPDFPage_CloseAnnot(note)

    def _field(self, note: Any) -> Iterator[str]:
        kind = PDFIUM.FPDFAnnot_GetFormFieldType(self._form, note)
        if kind not in _FILLED:
            return
        value = _wide(lambda *out: PDFIUM.FPDFAnnot_GetFormFieldValue(self._form, note, *out))
        label = _wide(
            lambda *out: PDFIUM.FPDFAnnot_GetFormFieldAlternateName(self._form, note, *out)
        ) or _wide(lambda *out: PDFIUM.FPDFAnnot_GetFormFieldName(self._form, note, *out))
        if value.strip() and not (kind in _CHECKED and value == "Off"):
            yield f"{label}: {value}" if label else value


def _contents(note: Any) -> str:
    return _wide(lambda *out: PDFIUM.FPDFAnnot_GetStringValue(note, b"Contents", *out)).strip()


def _title(entry: Any) -> str:
    def get(buffer: "Array[c_ushort] | None", size: int) -> int:
        return int(PDFIUM.FPDFBookmark_GetTitle(entry, buffer, size))

    return " ".join(_wide(get).split())


def _wide(get: Callable[..., int]) -> str:
    """A text of PDFium's, which tells its size in bytes first and is UTF-16 with a final zero."""
    size = min(get(None, 0), 2**16)
    if size <= 2:
        return ""
    buffer = (c_ushort * (size // 2))()
    get(buffer, size)
    return readable("".join(map(chr, buffer[: size // 2 - 1])).replace("\r", "\n"))


def _with_weight(line: Line, text: TextPage) -> Line:
    """The line, known to be bold when it is short and both its ends are."""
    if len(line.text) > HEADING_CHARS or not all(map(text.is_bold, line.ends)):
        return line
    return line._replace(bold=True)


def _unreadable(text: TextPage) -> float:
    signs = sum(map(len, text.raw.split()))
    return max(text.unmapped, unreadable_count(text.raw) / signs) if signs else 0.0


def _has_picture(page: Any) -> bool:
    """Whether an image lies on the page or in a form on it."""
    kinds = (pdfium.PAGEOBJ_IMAGE, pdfium.PAGEOBJ_FORM)
    count = min(PDFIUM.FPDFPage_CountObjects(page), _OBJECTS)
    return any(
        PDFIUM.FPDFPageObj_GetType(PDFIUM.FPDFPage_GetObject(page, n)) in kinds
        for n in range(count)
    )
