"""A text as a set of short pieces, so that a term is found by looking sets up.

A word of five letters and more stands as all runs of five letters in it, and is found where all of
its own runs are: as a part of longer words too, as endings and compounds want it. A shorter word
is one piece, found by itself alone. Words joined by hyphens, dots or slashes stand for themselves
and as one word, formulas as one word without their spaces. Where no spaces part words, each pair
of neighbouring characters is a piece.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from stemcore.words import UNSPACED, levelled, singular

RUN: Final = 5
"""Letters of a piece. A word needs as many to be found inside another."""

MAX_CHARS: Final = 40_000
"""Characters of a text that are looked at, ten times what a chunk has."""

MAX_WORD_CHARS: Final = 60
_FORMULA_REACH: Final = 160

# The vowel signs and accents that no letter takes in belong to the word they stand in.
_LETTER = (
    "[\\w\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0971-\u0dff]"
)
_TOKEN = re.compile(rf"{_LETTER}+(?:[-./'*]{_LETTER}+)*\+?(?!{_LETTER})")
_JOINTS = re.compile(r"[-./'*]")
_LINE_BREAK = re.compile(r"(?<=\w)-[ \t]*\n\s*(?=\w)")
_UNSPACED_RUN = re.compile(f"[{UNSPACED}]+")

RELATION: Final = "[=→⇌≈<>≤≥]"
OPERATION: Final = "[-+*/]"
_SIDE = rf"[\w.()\[\]^]{{1,20}}(?: ?{OPERATION} ?[\w.()\[\]^]{{1,20}}){{0,6}}"
_FORMULA = re.compile(rf"{_SIDE}(?: ?{RELATION} ?{_SIDE}){{1,3}}")
_OPERAND = r"[\w.()\[\]^]+"
_CORE = re.compile(rf"{_OPERAND}{RELATION}{_OPERAND}")
_ANY_RELATION = re.compile(RELATION)
_ARROWS = re.compile(r"<={1,3}>|<-{1,3}>|-{1,3}>")


def pieces_of(text: str) -> set[str]:
    """All pieces of a text."""
    text = level(text, MAX_CHARS).casefold()
    found: set[str] = set()
    for formula in formulas_in(text):
        found.update(runs_of(formula), _short_cores(formula))
    for word in set(_words(text)):
        found.update(_known(word) if len(word) <= MAX_WORD_CHARS else _word_pieces(word))
    return found


def level(text: str, chars: int) -> str:
    """The beginning of a text with one sign for each arrow and dash, and no word cut by a line."""
    # Cut twice, since one character can stand for eighteen.
    text = _LINE_BREAK.sub("-", levelled(text[:chars])[:chars])
    return _ARROWS.sub(lambda found: "⇌" if found[0][0] == "<" else "→", text)


def tokens_in(text: str) -> list[str]:
    """The tokens of a level text: words, also joined ones (QX-17, kcat/Km, NADP+)."""
    return _TOKEN.findall(text)


def parts_of(token: str) -> list[str]:
    """The words that a token joins."""
    return [part for part in _JOINTS.split(token) if part]


def joined(token: str) -> str:
    """A token as one word."""
    return _JOINTS.sub("", token)


def formulas_in(text: str) -> Iterator[str]:
    """The formulas with a relation in a comparable text, without spaces."""
    for start, end in _near_relations(text):
        for found in _FORMULA.finditer(" ".join(text[start:end].split())):
            yield found[0].replace(" ", "")


def _near_relations(text: str) -> Iterator[tuple[int, int]]:
    """The parts of a text that may hold formulas: a search through all of it would be slow."""
    start = end = 0
    for found in _ANY_RELATION.finditer(text):
        if found.start() - _FORMULA_REACH > end:
            if end:
                yield start, end
            start = max(0, found.start() - _FORMULA_REACH)
        end = found.end() + _FORMULA_REACH
    if end:
        yield start, end


def _short_cores(formula: str) -> Iterator[str]:
    """The pieces of what stands right at its relations: too short for runs, f=ma in f=ma+b."""
    for core in _CORE.finditer(formula):
        if len(core[0]) < RUN:
            yield from runs_of(core[0])


def _words(text: str) -> Iterator[str]:
    for token in set(_TOKEN.findall(text)):
        if token.isalnum():
            yield token
            continue
        yield from parts_of(token)
        if len(token) <= MAX_WORD_CHARS:
            yield joined(token)


def _word_pieces(word: str) -> tuple[str, ...]:
    """The pieces of a folded word, those of its singular among them."""
    if word.isascii() or not _UNSPACED_RUN.search(word):
        return tuple({*runs_of(word), *runs_of(singular(word))})
    spaced = (run for part in without_unspaced(word) for run in runs_of(part))
    return tuple({*pairs_of(word), *spaced})


_known = lru_cache(maxsize=10_000)(_word_pieces)


def runs_of(word: str) -> list[str]:
    """The pieces of a folded word of a script with spaces, in order."""
    if len(word) < RUN:
        return [f"={word}"] if word else []
    return [word[start : start + RUN] for start in range(len(word) - RUN + 1)]


def pairs_of(text: str) -> list[str]:
    """The pairs of neighbours among the characters of scripts without spaces, in order."""
    return [
        run[start : start + 2]
        for run in _UNSPACED_RUN.findall(text)
        for start in range(len(run) - 1)
    ]


def without_unspaced(token: str) -> list[str]:
    """The parts of a token that are written in a script with spaces."""
    return [part for part in _UNSPACED_RUN.split(token) if part]
