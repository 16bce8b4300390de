"""Turns → summary: what of them is worth keeping, without a model call."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from heapq import nlargest
from itertools import chain

from chat.compaction.scoring import ScoredTurn, asks, concludes, is_confused, score_turn
from chat.compaction.summary import (
    MAX_ITEMS,
    CompactedThrough,
    KeyTerm,
    Summary,
    Timeline,
    bounded_terms,
    bounded_texts,
)
from chat.compaction.terms import sentences_of, terms_of
from chat.lines import clip
from chat.turns import Turn

BEST_TURNS = 18
LOOK_AHEAD = 2
ITEM_CHARS = 240


class Digest:
    """Turns on their way into a summary: they come in order, in batches, and the best are kept.

    `message` is the one about to be answered, `count` how many turns will come, at least one.
    """

    def __init__(self, message: str, count: int) -> None:
        self._wanted = frozenset(terms_of(message))
        self._last = max(count - 1, 1)
        self._scored = 0
        self._best: list[ScoredTurn] = []
        self._waiting: list[Turn] = []
        self._ends: tuple[Turn, Turn] | None = None

    def add(self, turns: Sequence[Turn]) -> None:
        """Takes the next turns in."""
        self._waiting += turns
        self._score(len(self._waiting) - LOOK_AHEAD)

    def summary(self, following: Sequence[Turn], turn_count: int, now: datetime) -> Summary:
        """The summary of all the turns; nothing can be added afterwards.

        `following` are the turns after them, which say whether a last question was answered;
        `turn_count` counts all turns ever compacted.
        """
        left = len(self._waiting)
        self._waiting += following[:LOOK_AHEAD]
        self._score(left)
        assert self._ends is not None
        return _summary(self._best, self._ends, turn_count, now)

    def _score(self, ready: int) -> None:
        """Scores the turns whose following ones are known."""
        if ready <= 0:
            return
        waiting = self._waiting
        scored = (
            score_turn(
                turn,
                (self._scored + index) / self._last,
                self._wanted,
                waiting[index + 1 : index + 1 + LOOK_AHEAD],
            )
            for index, turn in enumerate(waiting[:ready])
        )
        self._best = nlargest(BEST_TURNS, chain(self._best, scored), key=lambda item: item.rank)
        first = self._ends[0] if self._ends else waiting[0]
        self._ends = (first, waiting[ready - 1])
        self._scored += ready
        self._waiting = waiting[ready:]


def _summary(
    ranked: Sequence[ScoredTurn], ends: tuple[Turn, Turn], turn_count: int, now: datetime
) -> Summary:
    """The summary that the best turns make, given best first; `ends` are the oldest and newest."""
    oldest, newest = ends
    return Summary(
        generated_at=now,
        compacted_through=CompactedThrough(
            created_at=newest.created_at, message_id=newest.id, turn_count=turn_count
        ),
        key_terms=_key_terms(sorted(ranked, key=lambda item: item.turn.place)),
        resolved_facts=bounded_texts(_fact(item.turn) for item in ranked if _resolves(item.turn)),
        open_questions=_open_questions(ranked),
        student_needs=bounded_texts(
            _item(item.turn.text) for item in ranked if is_confused(item.turn)
        ),
        timeline=Timeline(
            start=oldest.created_at, end=newest.created_at, highlights=_highlights(ranked)
        ),
    )


def _key_terms(best: Sequence[ScoredTurn]) -> tuple[KeyTerm, ...]:
    """A term weighs what the turns that hold it score together."""
    occurrences = Counter(term for item in best for term in item.terms)
    weights: defaultdict[str, float] = defaultdict(float)
    last_seen: dict[str, datetime] = {}
    for item in best:
        for term in set(item.terms):
            weights[term] += item.score
            last_seen[term] = item.turn.created_at
    return bounded_terms(
        KeyTerm(
            term=term,
            weight=round(weights[term], 3),
            occurrences=count,
            last_seen=last_seen[term],
        )
        for term, count in occurrences.items()
    )


def _resolves(turn: Turn) -> bool:
    return (
        turn.by_assistant
        and not turn.refused
        and (turn.cited or concludes(turn.text))
        and bool(sentences_of(turn.text))
    )


def _fact(turn: Turn) -> str:
    """The sentence that concludes, else the first."""
    sentences = sentences_of(turn.text)
    return _item(next((one for one in sentences if concludes(one)), sentences[0]))


def _open_questions(ranked: Sequence[ScoredTurn]) -> tuple[str, ...]:
    return bounded_texts(
        _question(item.turn) for item in ranked if asks(item.turn) and not _answered(item.after)
    )


def _answered(after: Sequence[Turn]) -> bool:
    """Whether the reply gave an answer and the next message does not show that it confused."""
    if not after or not after[0].by_assistant:
        return False
    reply, further = after[0], after[1:]
    return _resolves(reply) and not any(is_confused(turn) for turn in further)


def _question(turn: Turn) -> str:
    sentences = sentences_of(turn.text) or [turn.text]
    return _item(next((one for one in sentences if one.endswith(("?", "？", "؟"))), sentences[0]))


def _highlights(ranked: Sequence[ScoredTurn]) -> tuple[str, ...]:
    """The best turns as one line each, in time order."""
    chosen = sorted(ranked[:MAX_ITEMS], key=lambda item: item.turn.place)
    return bounded_texts(_item(f"{item.turn.author}: {item.turn.text}") for item in chosen)


def _item(text: str) -> str:
    return clip(text, ITEM_CHARS)
