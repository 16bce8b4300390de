"""Compaction: old turns of a long conversation become one bounded summary.

Deterministic, without a model call. The turns older than the newest `KEPT_TURNS` and newer than
the last compacted one are looked at; what is compacted is all of them, however many, so that
nothing is summarised twice and nothing falls between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chat.budget import CONVERSATION_TOKENS
from chat.compaction.digest import Digest
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


class Compacting:
    """A compaction in the making.

    `turns` are the loaded ones, oldest first, and `message` is about to be answered. `older` is
    how many turns between the last compacted and the first loaded one there are; they are added
    before the end, oldest first, in batches of any size.
    """

    def __init__(
        self, turns: Sequence[Turn], memory: Memory, message: str, reason: Reason, older: int = 0
    ) -> None:
        self._pending = pending_turns(turns, memory)
        self._following = turns[-KEPT_TURNS:]
        self._memory = memory
        self._reason: Reason = reason
        self._count = older + len(self._pending)
        self._digest = Digest(message, self._count)

    def add_older(self, turns: Sequence[Turn]) -> None:
        self._digest.add(turns)

    def finish(self, now: datetime) -> Compaction:
        """The compaction of all that was added and is pending."""
        self._digest.add(self._pending)
        count = self._memory.turn_count + self._count
        summary = merge_summaries(
            self._memory.summary, self._digest.summary(self._following, count, now)
        )
        memory = Memory(summary, self._pending[-1].place, count)
        return Compaction(memory, self._memory, self._reason, now)


def due_reason(
    turns: Sequence[Turn], memory: Memory, message: str, other_tokens: int
) -> Reason | None:
    """Why a compaction is due before `message` is answered; None when it is not.

    `turns` are the loaded ones, oldest first; `other_tokens` is what the prompt holds besides
    transcript, memory and message.
    """
    pending = pending_turns(turns, memory)
    return _reason(turns, pending, memory, estimate_tokens(message) + other_tokens)


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
