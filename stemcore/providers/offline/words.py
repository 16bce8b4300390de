"""Words, sentences and how much they have in common."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log

_WORD = re.compile(r"[^\W_]+(?:[+\-'][^\W_]+)*\+?")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_MARKS = re.compile(r"^[\s\-*•#>\d.)]+(?=\D)")
_ENDINGS = ("ations", "ation", "ingly", "ings", "ing", "edly", "ies", "ed", "es", "ly", "s")
_STOP_WORDS = (
    "a about above after all also an and any are as at be because been before being between both "
    "but by can could did do does during each explain few for from had has have how i if in into "
    "is it its just me more most my no not of on one only or other our out over please same she "
    "so some such tell than that the their them then there these they this those through to too "
    "under until up use used very was we were what when where which while who why will with would "
    "you your"
)
_STOP = frozenset(_STOP_WORDS.split())
SHORTEST, LONGEST = 25, 320


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def is_content(word: str) -> bool:
    """Whether a word says something by itself."""
    return word.lower() not in _STOP and (len(word) > 2 or not word.isalpha() or word.isupper())


def stem(word: str) -> str:
    """The word in lower case without a common English ending."""
    lower = word.lower()
    for ending in _ENDINGS:
        if lower.endswith(ending) and len(lower) - len(ending) >= 4:
            return lower[: -len(ending)]
    return lower


def stems(text: str) -> list[str]:
    """The stems of a text's content words, in order."""
    return [stem(word) for word in words(text) if is_content(word)]


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
