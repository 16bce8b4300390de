"""The words of a text as the gate weighs them: those that carry content, in what is seen of it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from learning.gate.notation import seen
from stemcore.words import FUNCTION_WORDS, stem

# Thai, Lao, Khmer, Burmese, kana and Chinese characters: written without spaces between words.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['’][^\W\d_{_UNSPACED}]+)?")
_UNSPACED_CHARACTER = re.compile(f"[{_UNSPACED}]")

FORMULA_SIGN = re.compile(r"<=|>=|==|!=|->|=>|[=≈≤≥<>≠→⇌×÷∝]")

_FILLER = FUNCTION_WORDS | frozenset(
    word
    for line in (
        "following statement statements best correct correctly true right answer option choice",
        "question called known given described stated explanation states says about",
        "mean means meant term definition define defined select choose identify name please tell",
        "ask asks asked",
    )
    for word in line.split()
)
_SHORTEST_WORD = 3
_DIRECTIONS = frozenset(["by", "on", "from", "to", "before", "after", "over", "under", "not", "no"])
_SIGN = re.compile(r"""[^\w\s.,;:?!'"()`*]+""")


def words(text: str) -> list[str]:
    """All words and numbers that are seen of a text, in lower case.

    Where a script has no spaces between words, each character stands for one.
    """
    text = seen(text).casefold()
    return _WORD.findall(text if text.isascii() else unicodedata.normalize("NFKC", text))


def word_count(text: str) -> int:
    """How many words a text has; a formula has one for each of its operands and operators."""
    if _UNSPACED_CHARACTER.search(text):
        return len(words(text))
    return len(FORMULA_SIGN.sub(r" \g<0> ", seen(text)).split())


def content_words(text: str) -> frozenset[str]:
    """The stems of the words that carry content, and the numbers."""
    return content_of(words(text))


def content_of(words: Iterable[str]) -> frozenset[str]:
    """Of such words: the stems of those that carry content, and the numbers."""
    return frozenset(stem(word) for word in words if word not in _FILLER)


@dataclass(frozen=True)
class Gist:
    """What a text asks: its content words in order, and its numbers, signs and small words.

    Small words are those that tell directions apart: work by a gas, work on it.
    """

    words: tuple[str, ...]
    signs: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Gist":
        content = [word for word in words(text) if word not in _FILLER or word in _DIRECTIONS]
        plain = [
            stem(word)
            for word in content
            if word.isalpha() and len(word) >= _SHORTEST_WORD and word not in _DIRECTIONS
        ]
        others = {word for word in content if stem(word) not in plain}
        return cls(tuple(dict.fromkeys(plain)), frozenset(others.union(_SIGN.findall(seen(text)))))

    def likeness(self, other: "Gist") -> float:
        """Jaccard similarity of the words, 0 to 1; 0 when signs or the order of words differ."""
        common = set(self.words) & set(other.words)
        if self.signs != other.signs or not common:
            return 0.0
        if [w for w in self.words if w in common] != [w for w in other.words if w in common]:
            return 0.0
        return len(common) / len({*self.words, *other.words})
