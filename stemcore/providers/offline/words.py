"""Words, sentences and how much they have in common."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log

from stemcore.words import STOP_WORDS, stem

_WORD = re.compile(r"[^\W_]+(?:[+\-'][^\W_]+)*\+?")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_MARKS = re.compile(r"^[\s\-*•#>\d.)]+(?=\D)")
SHORTEST, LONGEST = 25, 320


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def is_content(word: str) -> bool:
    """Whether a word says something by itself."""
    return word.lower() not in STOP_WORDS and (
        len(word) > 2 or not word.isalpha() or word.isupper()
    )


def stems(text: str) -> list[str]:
    """The stems of a text's content words, in order."""
    return [stem(word.lower()) for word in words(text) if is_content(word)]


# A page's line that goes on in the next: no mark ends it, and a small letter follows.
_WRAP = re.compile(r"(?<=[\w,;)])\n(?=[a-z(])")


def sentences(text: str) -> list[str]:
    """The text's sentences that are worth quoting, without list marks, each once."""
    unwrapped = _WRAP.sub(" ", text)
    found = (_MARKS.sub("", part).strip() for part in _SENTENCE_END.split(unwrapped))
    kept = (part for part in found if SHORTEST <= len(part) <= LONGEST and len(words(part)) >= 4)
    return list(dict.fromkeys(kept))


def rarity(texts: Iterable[str]) -> dict[str, float]:
    """How much each stem tells the texts apart: inverse document frequency."""
    documents = [set(stems(text)) for text in texts]
    counts = Counter(word for document in documents for word in document)
    return {word: log(1 + len(documents) / count) for word, count in counts.items()}


def best_match(question: str, candidates: Sequence[str]) -> tuple[int, float]:
    """Index and score of the candidate that shares most with the question; 0.0 for nothing."""
    weights = rarity(candidates)
    asked = set(stems(question))
    scores = [
        sum(weights[word] for word in asked & set(stems(candidate))) for candidate in candidates
    ]
    best = max(range(len(scores)), key=scores.__getitem__)
    return best, scores[best]


def key_term(sentence: str) -> str:
    """The content word of a sentence that stands best for it: the longest."""
    return max(filter(is_content, words(sentence)), key=len, default="")
