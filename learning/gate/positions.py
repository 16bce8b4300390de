"""Explanations that name choices by letter or place, which is wrong once these are shuffled."""

import re
from collections.abc import Sequence

from learning.gate.code import outside_code

_NOUN = r"(?:options?|choices?|answers?|alternatives?|distractors?)"
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": 3}
_PLACE = re.compile(
    rf"""\b(?i:{_NOUN})\s+(?:\((?P<inner>[A-D])\)|(?P<letter>[A-D]))(?![\w.'’+\-⁺⁻])
      | (?<![\w)])\((?P<alone>[A-D])\)(?=\s+(?:is|are|was|gives?|would|does|ignores?|has)\b)
      | \b(?i:(?:the\s+)?(?P<ordinal>first|second|third|fourth|last)
            \s+(?:option|choice|alternative))\b""",
    re.VERBOSE,
)
_AND_ANOTHER = re.compile(rf"\b(?i:{_NOUN})\s+[A-D](?:\s*,\s*[A-D])*\s*,?\s*(?:and|or)\s+[A-D]\b")


_HINT = re.compile(r"\b[A-D]\b|\b(?i:first|second|third|fourth|last)\s")


def names_a_place(text: str) -> bool:
    """Whether the text names a choice by its letter or place."""
    return bool(_HINT.search(text) and _PLACE.search(text))


def with_choices_named(text: str, choices: Sequence[str]) -> str:
    """The text with the choices themselves in quotes where it named them by letter or place.

    `choices` are in the order that the text was written for. Where a choice is itself a letter
    (blood group B) the text stays as it is.
    """
    if not names_a_place(text) or any(choice in ("A", "B", "C", "D") for choice in choices):
        return text
    return outside_code(text, lambda prose: _named(prose, choices))


def _named(prose: str, choices: Sequence[str]) -> str:
    prose = _AND_ANOTHER.sub(lambda several: _each(several[0], choices), prose)
    return _PLACE.sub(lambda place: _quoted(choices[_index(place)]), prose)


def _each(several: str, choices: Sequence[str]) -> str:
    letters = several.partition(" ")[2]
    return re.sub(r"\b[A-D]\b", lambda letter: _quoted(choices["ABCD".index(letter[0])]), letters)


def _index(place: re.Match[str]) -> int:
    if place["ordinal"]:
        return _ORDINALS[place["ordinal"].lower()]
    return "ABCD".index(place["inner"] or place["letter"] or place["alone"])


def _quoted(choice: str) -> str:
    return f"“{choice.rstrip('.')}”"
