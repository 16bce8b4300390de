"""The numbers that a sentence says, in digits and in words, each with how exactly it is meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

Form = Literal["plain", "count", "percent", "part", "times"]

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS = {word: number for number, word in enumerate(_UNITS)}
WORDS |= {word: 10 * number for number, word in enumerate(_TENS, start=2)}
_PARTS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_TIMES = {"twice": 2, "double": 2, "doubled": 2, "triple": 3, "tripled": 3, "thrice": 3}

_DIGITS = r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?!(?:st|nd|rd|th)\b)"
_WORD = rf"(?:{'|'.join(_TENS)})[- ](?:{'|'.join(_UNITS[1:10])})|{'|'.join(reversed(WORDS))}"
_NUMBER = rf"(?:{_DIGITS}|\b(?:{_WORD})\b)"
_OF = r"(?:/|\bout of\b|\bof(?: the| all| our)?\b|\bin\b)"
_PERCENT = r"(?:%|percent\b|per cent\b|percentage\b)"
# Each alternative takes in what it means, so that its digits are not read again as plain numbers.
_SAID = re.compile(
    rf"(?P<k>{_NUMBER})\s*{_OF}\s*(?P<n>{_NUMBER})(?!\s*{_PERCENT})"
    rf"|\b(?:(?P<count>an?|{_WORD})[- ])(?P<part>half|third|quarter|fifth|tenth)s?\b"
    r"|\b(?P<bare>half|halves)\b"
    rf"|\b(?P<factor>{'|'.join(_TIMES)})\b|(?P<by>{_NUMBER})(?:[- ]?times\b|-?fold\b|[×x]\B)"
    rf"|(?P<percent>{_NUMBER})\s*{_PERCENT}"
    rf"|(?P<plain>(?:(?<![\w.])[-−])?{_NUMBER})",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\s+(?:[\w-]+\s+){0,2}?(?:students?|learners?|quiz(?:zes)?|topics?|attempts?|submissions?|"
    r"assignments?|messages?|questions?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """A number of a sentence.

    `value` is a fraction of 1 for the forms `percent` and `part`; `step` is the unit of its last
    written place on the same scale. A part in the form `k of n` keeps both. A `count` is a number
    with the things that it counts behind it.
    """

    form: Form
    value: Fraction
    step: Fraction
    k: Fraction | None = None
    n: Fraction | None = None


def numbers_in(sentence: str) -> Iterator[Said]:
    """Every number that the sentence says, in order."""
    for found in _SAID.finditer(sentence):
        said = _said(found)
        if said.form == "plain" and _COUNTED.match(sentence, found.end()):
            yield replace(said, form="count")
        elif (found["plain"] or "").lower() != "one":  # a bare "one" points at something
            yield said


def _said(found: re.Match[str]) -> Said:
    if found["n"]:
        (k, _), (n, _) = _read(found["k"]), _read(found["n"])
        return Said("part", k / n if n else k, Fraction(0), k, n)
    if part := found["part"] or found["bare"]:
        count = WORDS.get((found["count"] or "one").lower(), 1)
        return Said("part", Fraction(count, _PARTS[part.lower()]), Fraction(0))
    if found["factor"]:
        return Said("times", Fraction(_TIMES[found["factor"].lower()]), Fraction(0))
    if found["by"]:
        return Said("times", *_read(found["by"]))
    if found["percent"]:
        value, step = _read(found["percent"])
        return Said("percent", value / 100, step / 100)
    return Said("plain", *_read(found["plain"]))


def _read(text: str) -> tuple[Fraction, Fraction]:
    """The value of a number and the unit of its last place."""
    words = re.split(r"[- ]", text.lower())
    if words[-1] in WORDS:
        return Fraction(sum(WORDS[word] for word in words if word)), Fraction(1)
    digits = text.replace(",", "").replace("−", "-")
    places = len(digits.partition(".")[2])
    return Fraction(digits), Fraction(1, 10**places)
