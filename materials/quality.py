"""How well the text of a chunk came out of its file."""

import re
import unicodedata
from itertools import islice
from typing import Final

# Private use, unassigned, control: what broken fonts and bad encodings leave behind.
_UNREADABLE = frozenset({"Co", "Cn", "Cc"})


def quality_score(text: str) -> float:
    """The share of readable characters among those that are not space, 0 to 1, two decimals.

    Replacement characters and those of private use or no use count as unreadable.
    """
    chars = [char for char in text if not char.isspace()]
    if not chars:
        return 0.0
    bad = sum(char == "\ufffd" or unicodedata.category(char) in _UNREADABLE for char in chars)
    return round(1 - bad / len(chars), 2)


_LATIN_WORD = re.compile(r"[A-Za-z]{3,}")
_VOWELS: Final = "aeiouyAEIOUY"
_ENOUGH_WORDS: Final = 30
_LEAST_VOWELS: Final = 0.15
"""In every language of Latin letters at least a third of the letters are vowels."""


def is_gibberish(text: str) -> bool:
    """Whether its Latin words cannot be of any language, as when each letter stands for another.

    Said only of a text with enough words to tell.
    """
    vowels = sum(map(text.count, _VOWELS))
    if vowels >= _LEAST_VOWELS * len(text):
        return False
    words = _LATIN_WORD.findall(text)
    if len(words) < _ENOUGH_WORDS:
        return False
    letters = "".join(words)
    return sum(map(letters.count, _VOWELS)) < _LEAST_VOWELS * len(letters)


# The letters that texts are written in; those beside them are rare but in lists of symbols.
_USUAL: Final = re.compile(
    "[A-Za-z\u00c0-\u024f\u0370-\u052f\u0590-\u06ff\u0900-\u0e7f\u1e00-\u1fff\u3040-\u30ff"
    "\u4e00-\u9fff\uac00-\ud7a3]"
)
_INNER_CAPITAL = re.compile(r"[^\W\d_]*[^\W\d_A-Z][A-Z][^\W\d_]*")
_WORD = re.compile(r"[^\W\d_]{3,}")
_MOST: Final = 0.6
_SPOKEN_VOWELS: Final = 0.25
_FEW: Final = 0.5


def is_language(text: str) -> bool:
    """Whether a text may be one of words or numbers, as against letters that stand for others.

    Said of a text whose font does not tell its letters, so that doubt counts against it.
    """
    signs = [char for char in text if not char.isspace()]
    said = sum(char.isdecimal() for char in signs) + len(_USUAL.findall(text))
    if not signs or said < _MOST * len(signs):
        return False
    latin = [
        char for char in unicodedata.normalize("NFD", text) if char.isascii() and char.isalpha()
    ]
    if sum(map(latin.count, _VOWELS)) < _SPOKEN_VOWELS * len(latin):
        return False
    words = _WORD.findall(text)
    return sum(map(bool, map(_INNER_CAPITAL.fullmatch, words))) <= _FEW * len(words)


# Letters beyond ASCII in UTF-8 that a program took for Windows' letters: é as Ã©, ’ as â€™.
_MOJIBAKE = re.compile("[ÂÃÎÏ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\u0080-\u00bf™œ˜¦¢“”]?")
_OFTEN: Final = 3


def is_mojibake(text: str) -> bool:
    """Whether letters stand there as what the bytes of their UTF-8 show, several times."""
    return next(islice(_MOJIBAKE.finditer(text), _OFTEN - 1, None), None) is not None
