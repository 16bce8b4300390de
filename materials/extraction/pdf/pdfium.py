"""The functions of PDFium that the reader calls, and its constants (fpdfview.h, fpdf_text.h …).

The library is the one in the wheel of pypdfium2. Its own bindings declare everything there is,
which costs each start of a child 50 ms, and check each argument, which costs more than the calls.
Handles are addresses: an `int`, or None.
"""

import sys
from collections.abc import Callable
from ctypes import (
    POINTER,
    PyDLL,
    Structure,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_size_t,
    c_uint,
    c_ulong,
    c_ushort,
    c_void_p,
)
from importlib.util import find_spec
from typing import Any, Final

from materials.extraction.pdf.characters import readable

ERR_PASSWORD: Final = 4
ERR_SECURITY: Final = 5
PAGEOBJ_PATH: Final = 2
PAGEOBJ_IMAGE: Final = 3
PAGEOBJ_FORM: Final = 5
ANNOT_TEXT: Final = 1
ANNOT_FREETEXT: Final = 3
ANNOT_WIDGET: Final = 20
FORMTYPE_NONE: Final = 0
FORMFIELD_CHECKBOX: Final = 2
FORMFIELD_RADIOBUTTON: Final = 3
FORMFIELD_COMBOBOX: Final = 4
FORMFIELD_LISTBOX: Final = 5
FORMFIELD_TEXTFIELD: Final = 6


class FormFillInfo(Structure):
    """FPDF_FORMFILLINFO: what PDFium calls when somebody fills a form, which nobody does here."""

    _fields_ = (("version", c_int), ("callbacks", c_void_p * 48))


_UNITS = POINTER(c_ushort)
_P, _I = c_void_p, c_int
SIGNATURES: Final[dict[str, tuple[Any, ...]]] = {
    # name: what comes out, what goes in
    "FPDF_InitLibrary": (None,),
    "FPDF_LoadMemDocument64": (_P, c_char_p, c_size_t, c_char_p),
    "FPDF_GetLastError": (c_ulong,),
    "FPDF_GetPageCount": (_I, _P),
    "FPDF_LoadPage": (_P, _P, _I),
    "FPDF_ClosePage": (None, _P),
    "FPDFPage_CountObjects": (_I, _P),
    "FPDFPage_GetObject": (_P, _P, _I),
    "FPDFPageObj_GetType": (_I, _P),
    "FPDFPageObj_GetBounds": (_I, _P, *[POINTER(c_float)] * 4),
    "FPDFText_LoadPage": (_P, _P),
    "FPDFText_ClosePage": (None, _P),
    "FPDFText_CountChars": (_I, _P),
    "FPDFText_GetText": (_I, _P, _I, _I, _UNITS),
    "FPDFText_GetUnicode": (c_uint, _P, _I),
    "FPDFText_GetLooseCharBox": (_I, _P, _I, POINTER(c_float)),
    "FPDFText_GetCharOrigin": (_I, _P, _I, POINTER(c_double), POINTER(c_double)),
    "FPDFText_GetCharAngle": (c_float, _P, _I),
    "FPDFText_HasUnicodeMapError": (_I, _P, _I),
    "FPDFText_GetFontSize": (c_double, _P, _I),
    "FPDFText_GetMatrix": (_I, _P, _I, POINTER(c_float)),
    "FPDFText_GetFontWeight": (_I, _P, _I),
    "FPDFText_GetFontInfo": (c_ulong, _P, _I, _P, c_ulong, POINTER(c_int)),
    "FPDFBookmark_GetFirstChild": (_P, _P, _P),
    "FPDFBookmark_GetNextSibling": (_P, _P, _P),
    "FPDFBookmark_GetTitle": (c_ulong, _P, _P, c_ulong),
    "FPDFBookmark_GetDest": (_P, _P, _P),
    "FPDFBookmark_GetAction": (_P, _P),
    "FPDFAction_GetDest": (_P, _P, _P),
    "FPDFDest_GetDestPageIndex": (_I, _P, _P),
    "FPDF_GetFormType": (_I, _P),
    "FPDFDOC_InitFormFillEnvironment": (_P, _P, POINTER(FormFillInfo)),
    "FPDFPage_GetAnnotCount": (_I, _P),
    "FPDFPage_GetAnnot": (_P, _P, _I),
    "FPDFPage_CloseAnnot": (None, _P),
    "FPDFAnnot_GetSubtype": (_I, _P),
    "FPDFAnnot_GetStringValue": (c_ulong, _P, c_char_p, _UNITS, c_ulong),
    "FPDFAnnot_GetOptionCount": (_I, _P, _P),
    "FPDFAnnot_IsOptionSelected": (_I, _P, _P, _I),
    "FPDFAnnot_GetOptionLabel": (c_ulong, _P, _P, _I, _UNITS, c_ulong),
    "FPDFAnnot_GetFormFieldType": (_I, _P, _P),
    "FPDFAnnot_GetFormFieldValue": (c_ulong, _P, _P, _UNITS, c_ulong),
    "FPDFAnnot_GetFormFieldName": (c_ulong, _P, _P, _UNITS, c_ulong),
    "FPDFAnnot_GetFormFieldAlternateName": (c_ulong, _P, _P, _UNITS, c_ulong),
}


def _library() -> Any:
    """PDFium, called with the interpreter's lock held: nothing else runs in a child."""
    package = find_spec("pypdfium2_raw")
    if package is None or not package.submodule_search_locations:
        raise ImportError("pypdfium2 is not installed.")
    name = {"win32": "pdfium.dll", "darwin": "libpdfium.dylib"}.get(sys.platform, "libpdfium.so")
    library = PyDLL(f"{package.submodule_search_locations[0]}/{name}")
    for function, (result, *arguments) in SIGNATURES.items():
        declared = getattr(library, function)
        declared.restype, declared.argtypes = result, arguments
    return library


PDFIUM: Final = _library()


def wide(get: Callable[..., int]) -> str:
    """A text of PDFium's, which tells its size in bytes first and is UTF-16 with a final zero."""
    size = min(get(None, 0), 2**16)
    if size <= 2:
        return ""
    buffer = (c_ushort * (size // 2))()
    get(buffer, size)
    return readable("".join(map(chr, buffer[: size // 2 - 1])).replace("\r", "\n"))


def _plain(name: str) -> Any:
    """A function that is called for many characters: unchecked, a call costs a third.

    Its first argument is the text page by `c_void_p.from_param`, then an index and whatever is
    written to.
    """
    function = PDFIUM[name]
    function.restype = SIGNATURES[name][0]
    return function


UNICODE: Final = _plain("FPDFText_GetUnicode")
LOOSE_CHAR_BOX: Final = _plain("FPDFText_GetLooseCharBox")
LOOSE_CHAR_BOX.restype = None  # what is not written says enough
CHAR_ORIGIN: Final = _plain("FPDFText_GetCharOrigin")
CHAR_ANGLE: Final = _plain("FPDFText_GetCharAngle")
HAS_UNICODE_MAP_ERROR: Final = _plain("FPDFText_HasUnicodeMapError")
MATRIX: Final = _plain("FPDFText_GetMatrix")
FONT_SIZE: Final = _plain("FPDFText_GetFontSize")
FONT_WEIGHT: Final = _plain("FPDFText_GetFontWeight")
FONT_INFO: Final = _plain("FPDFText_GetFontInfo")
