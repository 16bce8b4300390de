"""A PDF as PDFium opens it: its pages one by one, its outline, its filled fields and notes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import Array, c_ushort
from dataclasses import dataclass, replace
from typing import Any, Final

import pypdfium2_raw as pdfium

from materials.errors import BrokenFile, EncryptedFile
from materials.extraction.pdf.characters import readable, unreadable_count
from materials.extraction.pdf.lines import Line, lines_of
from materials.extraction.pdf.pages import TextPage

HEADING_CHARS: Final = 120
_OUTLINE_ENTRIES: Final = 5_000
_NOTES: Final = 500
_OBJECTS: Final = 2_000
_FILLED: Final = (
    pdfium.FPDF_FORMFIELD_TEXTFIELD,
    pdfium.FPDF_FORMFIELD_COMBOBOX,
    pdfium.FPDF_FORMFIELD_LISTBOX,
)
_NOTE_KINDS: Final = (pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_FREETEXT)

Outline = dict[int, list[str]]
"""Titles by the index of the page that they point to, in order."""


@dataclass(frozen=True)
class Page:
    """What one page holds. `unreadable` is the share of its characters that mean nothing."""

    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    unreadable: float = 0.0
    has_picture: bool = False


class Document:
    """An open PDF. Raises EncryptedFile or BrokenFile. It lives as long as its process."""

    def __init__(self, content: bytes) -> None:
        pdfium.FPDF_InitLibrary()
        self._content = content
        self._document = pdfium.FPDF_LoadMemDocument64(content, len(content), None)
        if not self._document:
            protected = (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
            raise EncryptedFile if pdfium.FPDF_GetLastError() in protected else BrokenFile
        self.page_count = int(pdfium.FPDF_GetPageCount(self._document))
        self._form = self._open_form()

    def page(self, index: int) -> Page:
        """A page; an empty one when it is broken itself, so that the others can be read."""
        handle = pdfium.FPDF_LoadPage(self._document, index)
        if not handle:
            return Page()
        text = TextPage(handle)
        try:
            lines = tuple(_with_weight(line, text) for line in lines_of(text.runs()))
            notes = tuple(self._notes(handle))
            return Page(lines, notes, _unreadable(text), has_picture=_has_picture(handle))
        finally:
            text.close()
            pdfium.FPDF_ClosePage(handle)

    def outline(self) -> Outline:
        """The bookmarks, as far as they point to a page of this document."""
        titles: Outline = {}
        waiting = [pdfium.FPDFBookmark_GetFirstChild(self._document, None)]
        for _ in range(_OUTLINE_ENTRIES):
            if not waiting:
                break
            entry = waiting.pop()
            if not entry:
                continue
            page = self._page_of(entry)
            if page >= 0:
                titles.setdefault(page, []).append(_title(entry))
            waiting.append(pdfium.FPDFBookmark_GetNextSibling(self._document, entry))
            waiting.append(pdfium.FPDFBookmark_GetFirstChild(self._document, entry))
        return titles

    def _page_of(self, entry: Any) -> int:
        target = pdfium.FPDFBookmark_GetDest(self._document, entry)
        if not target:
            action = pdfium.FPDFBookmark_GetAction(entry)
            target = pdfium.FPDFAction_GetDest(self._document, action) if action else None
        return int(pdfium.FPDFDest_GetDestPageIndex(self._document, target)) if target else -1

    def _open_form(self) -> Any:
        if pdfium.FPDF_GetFormType(self._document) == pdfium.FORMTYPE_NONE:
            return None
        # PDFium keeps the address of this structure.
        self._form_info = pdfium.FPDF_FORMFILLINFO(version=2)
        return pdfium.FPDFDOC_InitFormFillEnvironment(self._document, self._form_info)

    def _notes(self, page: Any) -> Iterator[str]:
        """Values of the fields that somebody filled, and the notes that somebody wrote."""
        for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), _NOTES)):
            with _annotation(page, index) as note:
                kind = pdfium.FPDFAnnot_GetSubtype(note) if note else None
                if kind == pdfium.FPDF_ANNOT_WIDGET and self._form:
                    yield from self._field(note)
                elif kind in _NOTE_KINDS and (text := _contents(note)):
                    yield text

    def _field(self, note: Any) -> Iterator[str]:
        if pdfium.FPDFAnnot_GetFormFieldType(self._form, note) not in _FILLED:
            return
        value = _wide(lambda *out: pdfium.FPDFAnnot_GetFormFieldValue(self._form, note, *out))
        label = _wide(
            lambda *out: pdfium.FPDFAnnot_GetFormFieldAlternateName(self._form, note, *out)
        ) or _wide(lambda *out: pdfium.FPDFAnnot_GetFormFieldName(self._form, note, *out))
        if value.strip():
            yield f"{label}: {value}" if label else value


@contextmanager
def _annotation(page: Any, index: int) -> Iterator[Any]:
    note = pdfium.FPDFPage_GetAnnot(page, index)
    try:
        yield note
    finally:
        if note:
            pdfium.FPDFPage_CloseAnnot(note)


def _contents(note: Any) -> str:
    return _wide(lambda *out: pdfium.FPDFAnnot_GetStringValue(note, b"Contents", *out)).strip()


def _title(entry: Any) -> str:
    def get(buffer: "Array[c_ushort] | None", size: int) -> int:
        return int(pdfium.FPDFBookmark_GetTitle(entry, buffer, size))

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
    return replace(line, bold=True)


def _unreadable(text: TextPage) -> float:
    signs = sum(map(len, text.raw.split()))
    return max(text.unmapped, unreadable_count(text.raw) / signs) if signs else 0.0


def _has_picture(page: Any) -> bool:
    """Whether an image lies on the page or in a form on it."""
    kinds = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM)
    count = min(pdfium.FPDFPage_CountObjects(page), _OBJECTS)
    return any(
        pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, n)) in kinds
        for n in range(count)
    )
