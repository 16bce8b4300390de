"""Numbers in the formats of lists."""

from collections.abc import Callable
from typing import Final

_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LARGEST_ROMAN: Final = 3_999
_LARGEST_LETTERS: Final = 26 * 30
_HEBREW: Final = tuple(zip((400, 300, 200, 100, *range(90, 9, -10), *range(9, 0, -1)),
    "תשרקצפעסנמלכיטחזוהדגבא", strict=True))  # fmt: skip
_HEBREW_LETTERS: Final = "אבגדהוזחטיכלמנסעפצקרשת"
_ARABIC_LETTERS: Final = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
_ABJAD: Final = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"
_ORDINALS: Final = {1: "st", 2: "nd", 3: "rd"}


def numeral(number: int, form: str) -> str:
    """The number in a format of Word's `numFmt`; unknown formats are decimal."""
    if form == "none":
        return ""
    return _FORMS.get(form, str)(number)


def letters(number: int) -> str:
    """a to z, then aa, bb, as Word counts them; decimal out of range."""
    if not 0 < number <= _LARGEST_LETTERS:
        return str(number)
    times, place = divmod(number - 1, 26)
    return chr(ord("a") + place) * (times + 1)


def roman(number: int) -> str:
    """i, ii, iii, iv; decimal out of range."""
    if not 0 < number <= _LARGEST_ROMAN:
        return str(number)
    out = ""
    for size, sign in _ROMAN:
        times, number = divmod(number, size)
        out += sign * times
    return out


def hebrew(number: int) -> str:
    """א, ב, … י, יא, … טו, טז; decimal out of range."""
    if not 0 < number < 500:
        return str(number)
    out = ""
    for value, sign in _HEBREW:
        if number in (15, 16):  # never a name of God
            return out + ("טו" if number == 15 else "טז")
        if number >= value:
            out, number = out + sign, number - value
    return out


def _of(alphabet: str) -> Callable[[int], str]:
    """The letters of an alphabet one by one; decimal out of range."""
    return lambda number: alphabet[number - 1] if 0 < number <= len(alphabet) else str(number)


def _ordinal(number: int) -> str:
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else _ORDINALS.get(number % 10, 'th')}"


_FORMS: Final[dict[str, Callable[[int], str]]] = {
    "lowerLetter": letters,
    "upperLetter": lambda number: letters(number).upper(),
    "lowerRoman": roman,
    "upperRoman": lambda number: roman(number).upper(),
    "decimalZero": lambda number: f"{number:02d}",
    "ordinal": _ordinal,
    "hebrew1": hebrew,
    "hebrew2": _of(_HEBREW_LETTERS),
    "arabicAlpha": _of(_ARABIC_LETTERS),
    "arabicAbjad": _of(_ABJAD),
    "numberInDash": lambda number: f"- {number} -",
}
