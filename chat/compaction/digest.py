"""Turns → summary: what of them is worth keeping, without a model call."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

from chat.compaction.scoring import (
    ScoredTurn,
    asks,
    best_turns,
    concludes,
    is_confused,
    score_turns,
)
from chat.compaction.summary import (
    MAX_ITEMS,
    CompactedThrough,
    KeyTerm,
    Summary,
    Timeline,
    bounded_terms,
    bounded_texts,
)
from chat.compaction.terms import sentences_of
from chat.lines import clip
from chat.turns import Turn

BEST_TURNS = 18
ITEM_CHARS = 240


def summarise(
    turns: Sequence[Turn], following: Sequence[Turn], message: str, turn_count: int, now: datetime
) -> Summary:
    """The summary of some turns, given oldest first, at least one.

    `following` are the turns after them, which say whether a last question was answered;
    `message` is the one about to be answered; `turn_count` counts all turns ever compacted.
    """
    best = best_turns(score_turns(turns, message), BEST_TURNS)
    ranked = sorted(best, key=lambda item: item.score, reverse=True)
    newest = turns[-1]
    return Summary(
        generated_at=now,
        compacted_through=CompactedThrough(
            created_at=newest.created_at, message_id=newest.id, turn_count=turn_count
        ),
        key_terms=_key_terms(best),
        resolved_facts=bounded_texts(_fact(item.turn) for item in ranked if _resolves(item.turn)),
        open_questions=_open_questions(ranked, [*turns, *following]),
        student_needs=bounded_texts(
            _item(item.turn.text) for item in ranked if is_confused(item.turn)
        ),
        timeline=Timeline(
            start=turns[0].created_at, end=newest.created_at, highlights=_highlights(ranked)
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


def _open_questions(ranked: Sequence[ScoredTurn], turns: Sequence[Turn]) -> tuple[str, ...]:
    after = {turn.id: turns[index + 1 : index + 3] for index, turn in enumerate(turns)}
    return bounded_texts(
        _question(item.turn)
        for item in ranked
        if asks(item.turn) and not _answered(after[item.turn.id])
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
