"""Superscripts and subscripts on the line."""

import pytest

from materials.extraction.scripts import subscript, superscript


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("23", "²³"),
        ("-1", "⁻¹"),
        ("−19", "⁻¹⁹"),
        ("2+", "²⁺"),
        ("n", "^n"),
        ("n+1", "^(n+1)"),
        ("ab", "^(ab)"),
        ("0.5", "^(0.5)"),
        ("*", "*"),
        ("∞", "^∞"),
        ("=", "="),
        ("),", "),"),
        ("(n)", "^((n))"),
        ("∘", "°"),
        ("′", "′"),
        ("²", "²"),
        (" 2 ", " ² "),
        ("", ""),
        ("  ", "  "),
    ],
)
def test_it_raises(text: str, raised: str) -> None:
    assert superscript(text, "x") == raised


@pytest.mark.parametrize(
    ("text", "lowered"),
    [("2", "₂"), ("max", "_(max)"), ("i", "_i"), ("i,j", "_(i,j)"), ("₂", "₂"), ("", "")],
)
def test_it_lowers(text: str, lowered: str) -> None:
    assert subscript(text) == lowered


def test_it_leaves_ordinals_plain() -> None:
    assert superscript("st", "the 1") == "st"
    assert superscript("th", "x") == "^(th)"
