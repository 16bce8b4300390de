"""Numbers as people write them: with thousands, a typographic sign, a power of ten, a unit."""

import re

_LONGEST = 80
# Minus sign, hyphens, figure and en dash, small and full-width minus.
_MINUS = re.compile("[\u2212\u2010-\u2013\ufe63\uff0d]")
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_LOWERED = str.maketrans(_SUPERSCRIPTS + "⁻⁺", "0123456789-+")
# What stands between thousands: a comma, an apostrophe, a space (also a narrow or fixed one).
_GROUPED = r"[1-9]\d{0,2}(?:[,'’ \u00a0\u2009\u202f]\d{3})++(?!\d)(?:\.\d+)?"
_AMOUNT = rf"(?:{_GROUPED}|\d+,\d+|\d+\.?\d*|\.\d+)"
_NUMBER = re.compile(
    rf"""[+≈~$€£]?\s*(?P<minus>-?)\s*(?:
        (?:(?P<mantissa>{_AMOUNT})\s*[×xX*·⋅]\s*)?
        10(?:\^\{{?(?P<caret>[+-]?\d{{1,3}})\}}?|(?P<raised>[⁻⁺]?[{_SUPERSCRIPTS}]{{1,3}}))
      | (?P<amount>{_AMOUNT})(?:[eE](?P<exponent>[+-]?\d{{1,3}})(?!\w))?
    )(?P<unit>.*)""",
    re.VERBOSE | re.DOTALL,
)
_WORD = r"[^\W\d_]{1,20}+"
_UNIT = re.compile(rf"(?:\s*+(?:[%‰°′″'/·⋅*⁻⁺€$£]|{_WORD}(?:\^?-?\d)?))*+\s*+")
_LONGEST_UNIT = 30
# After these the number is not the one that stands there.
_NO_UNITS = re.compile(
    r"\b(?:(?i:or|to|and|bis|oder|und|à|ou|et|of|out|dozen|hundred|thousand|[mb]illion|trillion"
    r"|mio|mrd|mil)|k)\b"
)


def number_in(text: str) -> float | None:
    """The number that a text states, or None where it states none or more than one.

    A unit behind it is left out, not converted: `6 m/s` is 6, `30°` is 30, `5 %` is 5. A comma
    before exactly three digits divides thousands, any other one is a decimal comma.
    """
    measure = measure_in(text)
    return measure[0] if measure else None


def measure_in(text: str) -> tuple[float, str] | None:
    """The number that a text states and its unit, which may be empty; None as in `number_in`."""
    found = _NUMBER.fullmatch(_MINUS.sub("-", text.strip())) if len(text) <= _LONGEST else None
    if found is None or not _is_unit(found["unit"]):
        return None
    amount = _amount(found["amount"] or found["mantissa"] or "1")
    power = int((found["exponent"] or found["caret"] or found["raised"] or "0").translate(_LOWERED))
    # Through text, for the product would not be the nearest float (6.02 times 1e23).
    return float(f"{'-' if found['minus'] else ''}{amount}e{power}"), found["unit"].strip()


def _amount(text: str) -> str:
    if re.fullmatch(_GROUPED, text):
        return re.sub(r"[^\d.]", "", text)
    return text.replace(",", ".")


def _is_unit(text: str) -> bool:
    if len(text) > _LONGEST_UNIT or not _UNIT.fullmatch(text):
        return False
    return not _NO_UNITS.search(text)
