"""Superscripts and subscripts on the line, so that 10²³ never reads 1023.

One rule for every kind of file: digits and signs become Unicode's own (`10²³`, `H₂O`, `Na⁺`), a
single letter stands behind `^` or `_` (`x^n`, `a_i`), anything longer in brackets (`x^(n+1)`,
`V_(max)`). Punctuation and brackets alone stand as they are: there is nothing to be misread.
"""

import re
from typing import Final

_SIGNS: Final = "0123456789+-−–"
_RAISED: Final = str.maketrans(_SIGNS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_LOWERED: Final = str.maketrans(_SIGNS, "₀₁₂₃₄₅₆₇₈₉₊₋₋₋")
# What is raised or lowered as it stands: primes, degrees, marks, Unicode's own digits.
_ALREADY: Final = re.compile("[′″‴⁗'°*∗⋆†‡§®©™℠ªº²³¹⁰-₎]+")
_PUNCTUATION: Final = re.compile(r"[()\[\]{}⟨⟩|,.;:=/…·!?\"'‘’“”\s]+")
_RINGS: Final = str.maketrans("∘˚", "°°")
_ORDINAL: Final = re.compile("st|nd|rd|th", re.IGNORECASE)


def superscript(text: str, before: str = "") -> str:
    """The text as a superscript; of an ordinal (1st) plain, which shows in what stands `before`.

    Space around the text stays around it, an empty text stays empty.
    """
    inner = text.strip().translate(_RINGS)
    if before[-1:].isdigit() and _ORDINAL.fullmatch(inner):
        return text
    return _in_place(text, _script(inner, "^", _RAISED))


def subscript(text: str) -> str:
    """The text as a subscript. Space around it stays around it, an empty text stays empty."""
    return _in_place(text, _script(text.strip(), "_", _LOWERED))


def _script(inner: str, mark: str, own: dict[int, int]) -> str:
    if not inner or _ALREADY.fullmatch(inner) or _PUNCTUATION.fullmatch(inner):
        return inner
    if all(char in _SIGNS for char in inner):
        return inner.translate(own)
    return mark + (inner if len(inner) == 1 else f"({inner})")


def _in_place(text: str, script: str) -> str:
    """The script with the space that stood around the text."""
    start = text[: len(text) - len(text.lstrip())]
    return start + script + text[len(text.rstrip()) :] if script else text
