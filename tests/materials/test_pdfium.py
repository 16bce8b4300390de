"""Our declarations of PDFium's functions against those that pypdfium2 made from its headers."""

import ctypes
from typing import Any

import pypdfium2_raw as theirs
import pytest

from materials.extraction.pdf import pdfium

CONSTANTS = {name: value for name, value in vars(pdfium).items() if name[0].isupper()}


def is_pointer(kind: Any) -> bool:
    return kind in (ctypes.c_void_p, ctypes.c_char_p) or hasattr(kind, "contents")


def are_one(ours: Any, other: Any) -> bool:
    """Whether values of both types are passed in the same way."""
    if ours is None or other is None:
        return ours is other
    if is_pointer(ours) or is_pointer(other):
        return is_pointer(ours) and (is_pointer(other) or "String" in other.__name__)
    return ctypes.sizeof(ours) == ctypes.sizeof(other) and ours._type_ == other._type_


@pytest.mark.parametrize("function", pdfium.SIGNATURES)
def test_a_function_is_declared_as_in_the_headers(function: str) -> None:
    result, *arguments = pdfium.SIGNATURES[function]
    declared = getattr(theirs, function)
    assert len(arguments) == len(declared.argtypes)
    assert are_one(result, declared.restype)
    assert all(map(are_one, arguments, declared.argtypes))


@pytest.mark.parametrize(
    "name", [name for name, value in CONSTANTS.items() if isinstance(value, int)]
)
def test_a_constant_is_that_of_the_headers(name: str) -> None:
    found = {getattr(theirs, full, None) for full in (name, f"FPDF_{name}")} - {None}
    assert found == {CONSTANTS[name]}


def test_the_structure_for_forms_is_as_large_as_theirs_and_states_its_version_first() -> None:
    assert ctypes.sizeof(pdfium.FormFillInfo) >= ctypes.sizeof(theirs.FPDF_FORMFILLINFO)
    assert theirs.FPDF_FORMFILLINFO.version.offset == pdfium.FormFillInfo.version.offset == 0


def test_the_box_of_a_character_is_four_floats_from_left_to_bottom() -> None:
    assert [(name, kind) for name, kind in theirs.FS_RECTF._fields_] == [
        (side, ctypes.c_float) for side in ("left", "top", "right", "bottom")
    ]
