"""Words, sentences and how much they have in common."""

import re
from collections import Counter
from collections.abc import Sequence
from math import log

from stemcore.words import STOP_WORDS, UNSPACED, stem

_WORD = re.compile(r"[^\W_]+(?:[+\-'][^\W_]+)*\+?")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_MARKS = re.compile(r"^[\s\-*•#>\d.)]+(?=\D)")
# The same for texts that are quoted, where a number may be a part of what is said.
_LIST_MARK = re.compile(r"^\s*(?:[-*•>]+|#+|\d{1,2}[.)])\s+")
_QUOTE_END = re.compile(r"(?<=[.!?…؟])\s+|(?<=[.!?…؟][)\]\"'”’»])\s+|(?<=[。！？।])|\n+")
_UNSPACED_RUN = re.compile(f"[{UNSPACED}]{{2,}}")
SHORTEST, LONGEST = 25, 320


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def is_content(word: str) -> bool:
    """Whether a word says something by itself."""
    return word.lower() not in STOP_WORDS and (
        len(word) > 2 or not word.isalpha() or word.isupper()
    )


def stems(text: str) -> list[str]:
    """The stems of a text's content words, in order; pairs of characters where no space parts."""
    return [*(stem(word.lower()) for word in words(text) if is_content(word)), *_pairs(text)]


def _pairs(text: str) -> list[str]:
    if text.isascii():
        return []
    return [run[at : at + 2] for run in _UNSPACED_RUN.findall(text) for at in range(len(run) - 1)]


def _stem_sets(texts: Sequence[str]) -> list[set[str]]:
    """The stems of each text. Words come again and again, so each is looked at once."""
    split = [words(text) for text in texts]
    known = {word: stem(word.lower()) for word in set().union(*split) if is_content(word)}
    return [
        {*(known[word] for word in found if word in known), *_pairs(text)}
        for found, text in zip(split, texts, strict=True)
    ]


# A page's line that goes on in the next: no mark ends it, and a small letter follows.
_WRAP = re.compile(r"(?<=[\w,;)])\n(?=[a-z(])")


def sentences(text: str) -> list[str]:
    """The text's sentences that are worth quoting, without list marks, each once."""
    unwrapped = _WRAP.sub(" ", text)
    found = (_MARKS.sub("", part).strip() for part in _SENTENCE_END.split(unwrapped))
    kept = (part for part in found if SHORTEST <= len(part) <= LONGEST and len(words(part)) >= 4)
    return list(dict.fromkeys(kept))


def lines_and_sentences(text: str) -> list[str]:
    """All of a text that says something, word for word, parted at line breaks and sentence ends.

    Lines that a page broke are joined by a space, marks of lists are left out.
    """
    parts = (_LIST_MARK.sub("", part).strip() for part in _QUOTE_END.split(_WRAP.sub(" ", text)))
    return [part for part in parts if any(char.isalnum() for char in part)]


def best_match(question: str, candidates: Sequence[str]) -> tuple[int, float]:
    """Index and score of the candidate that shares most with the question; 0.0 for nothing.

    A stem weighs by how much it tells the candidates apart: inverse document frequency.
    """
    documents = _stem_sets(candidates)
    counts = Counter(word for document in documents for word in document)
    asked = set(stems(question))
    scores = [
        sum(log(1 + len(documents) / counts[word]) for word in sorted(asked & document))
        for document in documents
    ]
    best = max(range(len(scores)), key=scores.__getitem__)
    return best, scores[best]


def key_term(sentence: str) -> str:
    """The content word of a sentence that stands best for it: the longest."""
    return max(filter(is_content, words(sentence)), key=len, default="")
