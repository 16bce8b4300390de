"""What of a question is worth finding word for word.

Embeddings blur what students of science ask for: formulas, symbols, codes. No stemming is done,
so the language of a class does not matter; words are found inside longer ones, which covers
most endings.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_TERMS: Final = 8
MAX_QUERY_CHARS: Final = 4_000
_MAX_TERM_CHARS: Final = 60
_WHOLE_WORD_CHARS: Final = 3
_PART_CHARS: Final = 4

_RELATION = "[=→⇌≈<>≤≥]"
_OPERATION = "[-+*/·×]"
_SIDE = rf"[\w.()\[\]^]{{1,20}}(?: ?{_OPERATION} ?[\w.()\[\]^]{{1,20}}){{0,6}}"
_FORMULA = re.compile(rf"{_SIDE}(?: ?{_RELATION} ?{_SIDE}){{1,3}}")
_TOKEN = re.compile(r"\w+(?:[-./′']\w+)*\+?(?!\w)")
_DASHES = str.maketrans("‐‑‒–−", "-----")

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺")

# Question words and fillers of English; those of other languages weigh little by their frequency.
_FILLERS: Final = """
    about after all also and any are because been before being between both but can could did does
    each explain find for from get give had has have her his how into its just know like make many
    may mean means might more most much must not now off one only other our out over please say
    shall she should show some such tell than that the their them then there these they this those
    through under use used using very was way were what when where which while who whom whose why
    will with would you your
    """
_STOP_WORDS: Final = frozenset(_FILLERS.split())


@dataclass(frozen=True)
class Term:
    """One thing to look for, in each way it may be spelled.

    Spellings have ASCII letters in lower case. A `whole` term counts only as a word by itself.
    """

    spellings: tuple[str, ...]
    whole: bool = False


def query_terms(query: str) -> list[Term]:
    """The terms of a question, most telling first: formulas and codes, then longer words."""
    text = unicodedata.normalize("NFKC", query[:MAX_QUERY_CHARS]).translate(_DASHES)
    text = " ".join(text.split())
    found = dict.fromkeys(found[0] for found in _FORMULA.finditer(text))
    exact = [*found, *(token for token in _tokens(text) if _is_code(token))]
    words = [word for token in _tokens(text) if not _is_code(token) for word in _words(token)]
    ranked = [*exact, *sorted(words, key=len, reverse=True)]
    terms = dict.fromkeys(_term(text) for text in ranked if len(text) <= _MAX_TERM_CHARS)
    return list(terms)[:MAX_TERMS]


def _tokens(text: str) -> Iterator[str]:
    return (found[0] for found in _TOKEN.finditer(text))


def _is_code(token: str) -> bool:
    """Whether it is spelled as no ordinary word is: QX-17, NADP+, H2SO4, kcat/Km, pH, ATP."""
    if not any(char.isalpha() for char in token) or len(token) < 2:
        return False
    return any(c.isdigit() or c in "+/" for c in token) or token[1:] != token[1:].lower()


def _words(token: str) -> Iterator[str]:
    """The ordinary words in a token, without a plural s."""
    for word in re.split(r"[-./′'+]", token.lower()):
        if len(word) >= _WHOLE_WORD_CHARS and word not in _STOP_WORDS and not word.isdigit():
            plural = len(word) > _PART_CHARS and word.endswith("s") and word[-2] not in "siu"
            yield word[:-1] if plural else word


def _term(text: str) -> Term:
    lower = text.lower()
    whole = len(lower) <= _WHOLE_WORD_CHARS and lower.isalnum()
    return Term(tuple(dict.fromkeys(_spellings(lower))), whole)


def _spellings(text: str) -> Iterator[str]:
    for spaced in _spacings(text):
        yield spaced
        if any(char.isdigit() for char in text) and not set("-^") & set(text):
            yield spaced.translate(_SUBSCRIPTS)
    if text.endswith("+"):
        yield text.translate(_SUPERSCRIPTS)
    if "-" in text:
        yield text.replace("-", "–")
        yield text.replace("-", "‑")
    if not text.isascii():
        # Only ASCII letters are folded where the text is searched.
        yield "".join(char if char.isascii() else char.upper() for char in text)


def _spacings(text: str) -> Iterator[str]:
    """A formula without spaces, with spaces around its relations, and around all its signs."""
    yield text
    if re.search(_RELATION, text):
        compact = text.replace(" ", "")
        yield compact
        yield re.sub(f"({_RELATION})", r" \1 ", compact)
        yield re.sub(f"({_RELATION}|{_OPERATION})", r" \1 ", compact)
