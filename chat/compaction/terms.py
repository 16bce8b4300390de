"""The words of a text that say what it is about, and its sentences."""

import re

from stemcore.text import one_line
from stemcore.words import STOP_WORDS

SCANNED_CHARS = 4_000
TERM_CHARS = 40

# Words, formula names and codes: "photosynthesis", "NADP+", "H2SO4", "QX-17".
_WORD = re.compile(r"[^\W_][\w+\-]*")
_SENTENCE_END = re.compile(r"(?<=[.!?؟])\s+|(?<=[。！？])|\n+")


def terms_of(text: str) -> list[str]:
    """The terms of a text in order, lower case, repeats kept; only its beginning is scanned."""
    words = (found[0].casefold().rstrip("-") for found in _WORD.finditer(text[:SCANNED_CHARS]))
    return [word[:TERM_CHARS] for word in words if _is_term(word)]


def _is_term(word: str) -> bool:
    if word in STOP_WORDS:
        return False
    return len(word) > 2 or (len(word) == 2 and not word.isalpha())


def sentences_of(text: str) -> list[str]:
    """The sentences at the beginning of a text, spaces evened out, empty ones left out."""
    found = (one_line(part) for part in _SENTENCE_END.split(text[:SCANNED_CHARS]))
    return [sentence for sentence in found if sentence]
