"""Compaction: old turns of a long conversation become one bounded summary.

Deterministic, without a model call. The turns older than the newest `KEPT_TURNS` and newer than
the last compacted one are looked at; what is compacted is all of them, so that nothing is
summarised twice and nothing falls between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chat.budget import CONVERSATION_TOKENS
from chat.compaction.digest import summarise
from chat.compaction.memory import memory_text
from chat.compaction.summary import Summary, merge_summaries
from chat.turns import Place, Turn, turns_after
from stemcore.text import estimate_tokens

KEPT_TURNS = 12
PRESSURE = 0.8
TRIGGER_LOADED = 60
TRIGGER_PENDING = 6

Reason = Literal["token_pressure", "message_count_trigger"]


@dataclass(frozen=True)
class Memory:
    """What is compacted so far: the summary (None when unreadable), where it ends, its turns."""

    summary: Summary | None = None
    through: Place | None = None
    turn_count: int = 0

    @property
    def text(self) -> str:
        return memory_text(self.summary)


@dataclass(frozen=True)
class Compaction:
    """A compaction made at `at`: the memory after it and the one before."""

    memory: Memory
    before: Memory
    reason: Reason
    at: datetime


def transcript_of(turns: Sequence[Turn], memory: Memory) -> Sequence[Turn]:
    """The loaded turns that go into the prompt: those not compacted, at least the newest 12."""
    fresh = turns_after(turns, memory.through)
    return turns[-max(len(fresh), KEPT_TURNS) :]


def pending_turns(turns: Sequence[Turn], memory: Memory) -> Sequence[Turn]:
    """The turns that a compaction would take in."""
    return turns_after(turns[:-KEPT_TURNS], memory.through)


def compact_if_due(
    turns: Sequence[Turn], memory: Memory, message: str, other_tokens: int, now: datetime
) -> Compaction | None:
    """The compaction that is due before `message` is answered, or None.

    `turns` are the loaded ones, oldest first; `other_tokens` is what the prompt holds besides
    transcript, memory and message.
    """
    pending = pending_turns(turns, memory)
    reason = _reason(turns, pending, memory, estimate_tokens(message) + other_tokens)
    if reason is None:
        return None
    count = memory.turn_count + len(pending)
    fresh = summarise(pending, turns[-KEPT_TURNS:], message, count, now)
    summary = merge_summaries(memory.summary, fresh)
    return Compaction(Memory(summary, pending[-1].place, count), memory, reason, now)


def _reason(
    turns: Sequence[Turn], pending: Sequence[Turn], memory: Memory, other_tokens: int
) -> Reason | None:
    if not pending:
        return None
    transcript = sum(estimate_tokens(turn.text) for turn in transcript_of(turns, memory))
    tokens = transcript + estimate_tokens(memory.text) + other_tokens
    if tokens >= PRESSURE * CONVERSATION_TOKENS:
        return "token_pressure"
    if len(pending) >= TRIGGER_PENDING and len(turns) >= TRIGGER_LOADED:
        return "message_count_trigger"
    return None
