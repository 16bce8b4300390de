"""What somebody filled into the fields of a page, and the notes that somebody wrote on it."""

import re
from collections.abc import Iterator
from typing import Any, Final
from unicodedata import normalize

from materials.extraction.pdf import pdfium
from materials.extraction.pdf.pdfium import PDFIUM, wide
from materials.extraction.pdf.rich_text import plain

_NOTES: Final = 500
_OPTIONS: Final = 200
_CHECKED: Final = (pdfium.FORMFIELD_CHECKBOX, pdfium.FORMFIELD_RADIOBUTTON)
_CHOICES: Final = (pdfium.FORMFIELD_COMBOBOX, pdfium.FORMFIELD_LISTBOX)
_NOTE_KINDS: Final = (pdfium.ANNOT_TEXT, pdfium.ANNOT_FREETEXT)


def notes(page: Any, form: Any) -> Iterator[str]:
    """The filled fields as `label: value`, and the notes. `form` is None without fields."""
    for index in range(min(PDFIUM.FPDFPage_GetAnnotCount(page), _NOTES)):
        note = PDFIUM.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        kind = PDFIUM.FPDFAnnot_GetSubtype(note)
        if kind == pdfium.ANNOT_WIDGET and form:
            yield from _field(note, form)
        elif kind in _NOTE_KINDS and (text := _either(_string(note, b"Contents"), note, b"RC")):
            yield text
        PDFIUM.FPDFPage_CloseAnnot(note)


def _field(note: Any, form: Any) -> Iterator[str]:
    kind = PDFIUM.FPDFAnnot_GetFormFieldType(form, note)
    value = ""
    if kind in _CHOICES:
        value = "; ".join(_chosen(note, form))
    if kind in (pdfium.FORMFIELD_TEXTFIELD, *_CHECKED, *_CHOICES):
        value = value or wide(
            lambda *out: PDFIUM.FPDFAnnot_GetFormFieldValue(form, note, *out)
        )  # fmt: skip
    if kind == pdfium.FORMFIELD_TEXTFIELD:
        value = _either(value, note, b"RV")
    label = wide(lambda *out: PDFIUM.FPDFAnnot_GetFormFieldAlternateName(form, note, *out)) or wide(
        lambda *out: PDFIUM.FPDFAnnot_GetFormFieldName(form, note, *out)
    )
    if value.strip() and not (kind in _CHECKED and value == "Off"):
        yield f"{label}: {value}" if label else value


def _chosen(note: Any, form: Any) -> Iterator[str]:
    """The options that are chosen, as they are shown rather than as they are exported."""
    for n in range(min(PDFIUM.FPDFAnnot_GetOptionCount(form, note), _OPTIONS)):
        if PDFIUM.FPDFAnnot_IsOptionSelected(form, note, n):
            yield wide(
                lambda *out, n=n: PDFIUM.FPDFAnnot_GetOptionLabel(form, note, n, *out)
            )  # fmt: skip


def _either(text: str, note: Any, rich: bytes) -> str:
    """The rich form of a text, which knows what is raised, unless it is of another text."""
    found = plain(_string(note, rich))
    return found if found and _letters(text) in ("", _letters(found)) else text.strip()


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", normalize("NFKC", text))


def _string(note: Any, key: bytes) -> str:
    return wide(lambda *out: PDFIUM.FPDFAnnot_GetStringValue(note, key, *out))
