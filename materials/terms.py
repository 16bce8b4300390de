"""What of a question is worth finding word for word.

Embeddings blur what students of science ask for: formulas, symbols, codes. No stemming is done,
so the language of a class does not matter; words are found inside longer ones, which covers most
endings.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from materials.index.pieces import (
    MAX_WORD_CHARS,
    OPERATION,
    RELATION,
    RUN,
    formulas_in,
    joined,
    level,
    pairs_of,
    parts_of,
    runs_of,
    tokens_in,
    without_unspaced,
)
from stemcore.words import STOP_WORDS, singular

MAX_TERMS: Final = 8
MAX_PAIRS: Final = 24
MAX_QUERY_CHARS: Final = 4_000
_SHORTEST: Final = 3

_PLURAL_OF_CODE = re.compile("(?<=[A-Z])s$")
_HIRAGANA = re.compile("[\u3040-\u309f]")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺")


@dataclass(frozen=True)
class Term:
    """One thing to look for.

    `pieces` are what the index of a chunk must hold, all of them. `spellings` serve where there is
    no index: the ways the term may be written, ASCII letters in lower case; one is enough, as a
    word by itself if `whole`, and else as a part of another.
    """

    pieces: tuple[str, ...]
    spellings: tuple[str, ...]
    whole: bool = False


def query_terms(query: str) -> list[Term]:
    """The terms of a question, most telling first: formulas and codes, then longer words.

    At most `MAX_TERMS`, and `MAX_PAIRS` pairs of characters where no spaces part words.
    """
    text = level(query, MAX_QUERY_CHARS)
    tokens = [part for token in tokens_in(text) for part in without_unspaced(token)]
    formulas = [formula.casefold() for formula in formulas_in(text)]
    codes = [_PLURAL_OF_CODE.sub("", token).casefold() for token in tokens if _is_code(token)]
    plain = [token.casefold() for token in tokens if not _is_code(token)]
    words = sorted((word for token in plain for word in _words(token)), key=len, reverse=True)
    terms = [
        *(_formula_term(formula) for formula in _first(formulas)),
        *(_code_term(code) for code in _first(codes)),
        *(_word_term(word) for word in _first(words)),
    ]
    # The syllables of grammar come last.
    pairs = sorted(pairs_of(text.casefold()), key=lambda pair: bool(_HIRAGANA.search(pair)))
    return [
        *list(dict.fromkeys(terms))[:MAX_TERMS],
        *(Term((pair,), (pair,)) for pair in list(dict.fromkeys(pairs))[:MAX_PAIRS]),
    ]


def _first(texts: Iterable[str]) -> list[str]:
    """Those that can still be among the terms."""
    short = (text for text in texts if 0 < len(text) <= MAX_WORD_CHARS)
    return list(dict.fromkeys(short))[:MAX_TERMS]


def _is_code(token: str) -> bool:
    """Whether it is spelled as no ordinary word is: QX-17, NADP+, H2SO4, kcat/Km, pH, ATP."""
    if not any(char.isalpha() for char in token) or len(token) < 2:
        return False
    return any(c.isdigit() or c in "+/" for c in token) or token[1:] != token[1:].lower()


def _words(token: str) -> Iterator[str]:
    """The ordinary words of a token, and itself where it joins them (co-transport, not l'eau)."""
    token = token.rstrip("+")
    whole = [] if "'" in token else [token]
    for word in dict.fromkeys([*whole, *parts_of(token)]):
        if len(word) >= _SHORTEST and word not in STOP_WORDS:
            yield singular(word)


def _word_term(word: str) -> Term:
    if joined(word) != word:
        return _code_term(word)
    plurals = (f"{word}s", f"{word}es", f"{word[:-1]}ies")
    return _term(word, [word, *(plural for plural in plurals if singular(plural) == word)])


def _code_term(code: str) -> Term:
    return _term(joined(code), _spellings_of_code(code))


def _formula_term(formula: str) -> Term:
    spaced = (
        formula,
        re.sub(f"({RELATION})", r" \1 ", formula),
        re.sub(f"({RELATION}|{OPERATION})", r" \1 ", formula),
    )
    return _term(formula, [text for one in spaced for text in _with_subscripts(one)])


def _term(word: str, spellings: Iterator[str] | list[str]) -> Term:
    folded = dict.fromkeys(one for text in spellings for one in _only_ascii_folded(text))
    whole = len(word) < RUN and word.isalnum()
    return Term(
        tuple(dict.fromkeys(runs_of(word))),
        tuple(folded if whole else _without_longer(folded)),
        whole=whole,
    )


def _without_longer(texts: Collection[str]) -> Iterator[str]:
    """The texts but for those that hold another of them: where these are, the other is."""
    return (text for text in texts if not any(one != text and one in text for one in texts))


def _spellings_of_code(code: str) -> Iterator[str]:
    yield from _with_subscripts(code)
    if code.endswith("+"):
        yield code.translate(_SUPERSCRIPTS)
    yield joined(code)
    if "-" in code:
        yield code.replace("-", "–")
        yield code.replace("-", "‑")


def _with_subscripts(text: str) -> Iterator[str]:
    yield text
    if any(char.isdigit() for char in text) and not set("-^") & set(text):
        yield text.translate(_SUBSCRIPTS)


def _only_ascii_folded(text: str) -> Iterator[str]:
    """The ways a spelling stands where only ASCII letters are folded: capitals, decomposed."""
    yield text
    if not text.isascii():
        capitals = "".join(char if char.isascii() else char.upper() for char in text)
        yield from (capitals, normalize("NFD", text), normalize("NFD", capitals))
