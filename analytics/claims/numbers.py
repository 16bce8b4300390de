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
# What stands behind a number and is counted by it; of the other things there are no figures.
_NO_ADJECTIVE = (
    r"(?:of|over|after|in|at|on|with|and|or|to|from|for|by|per|an?|each|every|than|as|while|but|is|"
    r"are|was|were|points?|times)"
)
_COUNTED = re.compile(
    rf"\s+(?:of\s+(?:the|our|these)\s+)?(?:(?!{_NO_ADJECTIVE}\b)[\w-]+\s+){{0,2}}?"
    r"(?:(?P<students>students?|learners?|pupils?)|(?P<quizzes>quiz(?:zes)?)|(?P<topics>topics?)|"
    r"(?P<attempts>attempts?|submissions?|tries)|(?P<assignments>assignments?)|"
    r"(?P<messages>messages?)|(?P<points>points?)|"
    r"(?P<others>questions?|items?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|lessons?|"
    r"sessions?|groups?|members?|pages?|cards?|exercises?|problems?))\b",
    re.IGNORECASE,
)
_OFTEN = re.compile(
    r"\s+times\b(?!\s+(?:as|more|the|that|higher|lower|larger|smaller|over)\b)", re.I
)
_PEOPLE = re.compile(
    r"\s*(?:of|in)\s+(?:(?:the|our|all|your|this)\s+){0,2}"
    r"(?:class|students?|learners?|pupils?)\b(?!['’]s|\s+(?:average|mean|score))",
    re.IGNORECASE,
)
_THE = re.compile(r"\bof the\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[,;:.()\d]|\b(?:and|but|while|with)\b", re.IGNORECASE)
_BOUNDS = {
    1: re.compile(r"\b(?:more than|over|above)\s+(?:the\s+|an?\s+)?$", re.IGNORECASE),
    -1: re.compile(r"\b(?:less than|fewer than|under|below)\s+(?:the\s+|an?\s+)?$", re.IGNORECASE),
}
_LOOSE = re.compile(
    r"\b(?:about|around|approximately|roughly|nearly|almost|close to|over|under|just|more than|"
    r"less than|fewer than|at least|at most|above|below|up to|some|only|well|near)\s+"
    r"(?:the\s+|an?\s+)?$"
    r"|[~≈<>≥≤]\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """A number of a sentence.

    `value` is a fraction of 1 for the forms `percent` and `part`; `step` is the unit of its last
    written place on the same scale. A part in the form `k of n` keeps both. A `count` is a number
    with the things that it counts behind it, whose `kind` it knows: `points` of percent, or
    `others`, which no figure counts. A percentage or part `of_people` is one of the students.
    `loose` is a number behind `about`, `over` or the like; a `bound` is one that the figure is
    above (1) or below (-1). `k of the n` is `exact`, no manner of speaking. `behind` is what stands
    between the number and the end of its clause.
    """

    form: Form
    value: Fraction
    step: Fraction
    k: Fraction | None = None
    n: Fraction | None = None
    kind: str | None = None
    of_people: bool = False
    loose: bool = False
    bound: int = 0
    exact: bool = False
    behind: str = ""


def numbers_in(sentence: str) -> Iterator[Said]:
    """Every number that the sentence says, in order."""
    for found in _SAID.finditer(sentence):
        if (found["plain"] or "").lower() == "one" and not _counts_one(found, sentence):
            continue  # it points at something
        yield _in_place(_said(found), found, sentence)


def _counts_one(found: re.Match[str], sentence: str) -> bool:
    before = sentence[: found.start()].lower()
    return bool(_COUNTED.match(sentence, found.end())) and not before.endswith("at least ")


def _in_place(said: Said, found: re.Match[str], sentence: str) -> Said:
    """The number with what the words around it say of it."""
    counted = _COUNTED.match(sentence, found.end())
    of_kind = counted.lastgroup if counted else None
    kind = of_kind if said.form == "plain" or said.n is not None else None
    form = said.form
    if found["by"] and _OFTEN.match(sentence, found.end("by")):
        form, kind = "count", "attempts"
    elif form == "plain" and kind not in (None, "points"):
        form = "count"
    of_people = bool(_PEOPLE.match(sentence, found.end())) or (
        said.n is not None and kind == "students"
    )
    before = sentence[: found.start()]
    return replace(
        said,
        form=form,
        kind=kind,
        of_people=of_people,
        loose=bool(_LOOSE.search(before)),
        exact=bool(said.n and _THE.search(found[0])),
        behind=_CLAUSE_END.split(sentence[found.end() :], maxsplit=1)[0],
        bound=next((sign for sign, words in _BOUNDS.items() if words.search(before)), 0),
    )


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
