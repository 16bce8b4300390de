"""How much a turn is worth remembering.

The weights are ours: what the learner struggles with and what the present question is about come
before mere recency.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chat.compaction.terms import SCANNED_CHARS, terms_of
from chat.turns import Place, Turn

RECENCY = 1.0
OVERLAP = 3.0
QUESTION = 1.5
CONFUSION = 2.0
CITED = 1.5
CONCLUSION = 1.0

_QUESTION = re.compile(
    r"[?？؟]|^\s*(?:what|why|how|when|where|which|who|can|could|does|do|is|are)\b",
    re.IGNORECASE,
)
_CONFUSION = re.compile(
    r"\b(?:confus\w*|stuck|lost|struggl\w*|unsure|not sure|unclear|makes? no sense|mixed up"
    r"|(?:don['’]?t|do not|can['’]?t|cannot) (?:get|see|follow|understand|know)"
    r"|help me|difficult|hard to)\b",
    re.IGNORECASE,
)
_CONCLUSION = re.compile(
    r"\b(?:therefore|thus|hence|in summary|in short|to sum up|in conclusion|this means"
    r"|that means|which means|the key (?:point|idea)|remember that|as a result|because)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ScoredTurn:
    """A turn, what it is worth, its terms, and the turns that came next."""

    turn: Turn
    score: float
    terms: tuple[str, ...]
    after: tuple[Turn, ...]

    @property
    def rank(self) -> tuple[float, Place]:
        """The better the higher; of equals the newer one."""
        return (self.score, self.turn.place)


def asks(turn: Turn) -> bool:
    return not turn.by_assistant and bool(_QUESTION.search(turn.text[:SCANNED_CHARS]))


def is_confused(turn: Turn) -> bool:
    return not turn.by_assistant and bool(_CONFUSION.search(turn.text[:SCANNED_CHARS]))


def concludes(text: str) -> bool:
    return bool(_CONCLUSION.search(text[:SCANNED_CHARS]))


def score_turn(
    turn: Turn, recency: float, wanted: frozenset[str], after: Sequence[Turn]
) -> ScoredTurn:
    """The score of a turn.

    `recency` is its place among all that are scored, from 0 for the oldest to 1 for the newest;
    `wanted` are the terms of the message that is about to be answered.
    """
    terms = tuple(terms_of(turn.text))
    shared = len(wanted.intersection(terms)) / len(wanted) if wanted else 0.0
    score = RECENCY * recency + OVERLAP * shared
    if turn.by_assistant:
        score += CITED * turn.cited + CONCLUSION * concludes(turn.text)
    else:
        score += QUESTION * asks(turn) + CONFUSION * is_confused(turn)
    return ScoredTurn(turn, round(score, 6), terms, tuple(after))
