"""Compaction: when it is due, what it keeps, and that nothing is lost or counted twice."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chat.compaction import (
    KEPT_TURNS,
    Compacting,
    Compaction,
    Memory,
    due_reason,
    pending_turns,
    transcript_of,
)
from chat.compaction.digest import BEST_TURNS, Digest
from chat.compaction.memory import MEMORY_CHARS, memory_text
from chat.compaction.summary import MAX_ITEMS, MAX_TERMS, Summary, merge_summaries, read_summary
from chat.turns import Turn
from tests.chat.conversations import START, conversation, conversations, turn
from tests.properties import tries

NOW = datetime(2026, 3, 3, 12, 0, 0, 5, tzinfo=UTC)
NOTHING = Memory()


def compact_if_due(
    turns: list[Turn], memory: Memory, message: str, other_tokens: int, now: datetime
) -> Compaction | None:
    reason = due_reason(turns, memory, message, other_tokens)
    return Compacting(turns, memory, message, reason).finish(now) if reason else None


def summarise(
    turns: list[Turn], following: list[Turn], message: str, *, batch: int = 1_000
) -> Summary:
    """The summary of turns that come in batches."""
    digest = Digest(message, len(turns))
    for start in range(0, len(turns), batch):
        digest.add(turns[start : start + batch])
    return digest.summary(following, len(turns), NOW)


def compacted(turns: list[Turn], memory: Memory = NOTHING, message: str = "light") -> Memory:
    made = compact_if_due(turns, memory, message, 20_000, NOW)
    assert made is not None
    return made.memory


def summary_of(memory: Memory) -> Summary:
    assert memory.summary is not None
    return memory.summary


def test_it_is_not_due_while_nothing_is_older_than_the_last_twelve() -> None:
    assert compact_if_due(conversation(KEPT_TURNS), Memory(), "light", 1_000_000, NOW) is None


def test_it_is_due_by_token_pressure_from_the_threshold_on() -> None:
    turns = conversation(20, chars=1_600)  # 20 × 400 tokens
    message = "m" * 4 * 479  # 8,000 + 479 tokens: one below 0.8 × (12,000 − 1,400)
    assert compact_if_due(turns, Memory(), message, 0, NOW) is None
    due = compact_if_due(turns, Memory(), message, 1, NOW)
    assert due is not None
    assert due.reason == "token_pressure"


def test_it_is_due_by_count_with_sixty_loaded_and_six_pending() -> None:
    assert compact_if_due(conversation(59), Memory(), "light", 0, NOW) is None
    due = compact_if_due(conversation(60), Memory(), "light", 0, NOW)
    assert due is not None
    assert due.reason == "message_count_trigger"
    turns = conversation(65)
    five_pending = Memory(through=turns[-KEPT_TURNS - 6].place)
    assert compact_if_due(turns, five_pending, "light", 0, NOW) is None
    six_pending = Memory(through=turns[-KEPT_TURNS - 7].place)
    assert compact_if_due(turns, six_pending, "light", 0, NOW) is not None


def test_it_counts_only_what_the_prompt_would_hold() -> None:
    turns = conversation(40, chars=1_600)
    through = Memory(through=turns[-KEPT_TURNS - 2].place)
    assert compact_if_due(turns, through, "light", 0, NOW) is None


def test_it_ends_at_the_turn_before_the_last_twelve() -> None:
    turns = conversation(40)
    memory = compacted(turns)
    assert memory.through == turns[-KEPT_TURNS - 1].place
    assert memory.turn_count == 28
    assert list(transcript_of(turns, memory)) == turns[-KEPT_TURNS:]


def test_its_json_has_the_agreed_shape() -> None:
    turns = conversation(30)
    written = json.loads(json.dumps(summary_of(compacted(turns)).as_json()))
    assert list(written) == [
        "version",
        "generatedAt",
        "compactedThrough",
        "keyTerms",
        "resolvedFacts",
        "openQuestions",
        "studentNeeds",
        "timeline",
    ]
    assert written["version"] == "v1"
    assert written["generatedAt"] == "2026-03-03T12:00:00.000005+00:00"
    assert written["compactedThrough"] == {
        "createdAt": "2026-03-02T08:17:00.000000+00:00",
        "messageId": str(turns[17].id),
        "turnCount": 18,
    }
    assert set(written["keyTerms"][0]) == {"term", "weight", "occurrences", "lastSeen"}
    assert set(written["timeline"]) == {"from", "to", "highlights"}
    assert written["timeline"]["from"] == "2026-03-02T08:00:00.000000+00:00"
    assert read_summary(written) == summary_of(compacted(turns))


def test_it_keeps_what_the_student_struggles_with_and_what_was_settled() -> None:
    turns = [
        turn(0, "student", "I am confused about osmosis. Why does water move?"),
        turn(1, "assistant", "Hm, I cannot find that."),
        turn(2, "student", "What is ATP?"),
        turn(3, "assistant", "Sure. ATP stores energy, therefore cells use it.", cited=True),
        *(turn(i, "assistant", "ok") for i in range(4, 30)),
    ]
    summary = summary_of(compacted(turns, message="osmosis"))
    assert summary.student_needs == ("I am confused about osmosis. Why does water move?",)
    assert summary.open_questions == ("Why does water move?",)
    assert summary.resolved_facts == ("ATP stores energy, therefore cells use it.",)
    assert "osmosis" in {term.term for term in summary.key_terms}
    assert "student: What is ATP?" in summary.timeline.highlights


def test_a_question_stays_open_when_its_answer_confused() -> None:
    turns = [
        turn(0, "student", "What is ATP?"),
        turn(1, "assistant", "It stores energy.", cited=True),
        turn(2, "student", "I still don't understand."),
        *(turn(i, "assistant", "ok") for i in range(3, 20)),
    ]
    assert summary_of(compacted(turns)).open_questions == ("What is ATP?",)


def test_a_merge_keeps_everything_while_there_is_room() -> None:
    first = compacted(conversation(16))
    later = [*conversation(16), *(turn(i, "student", "Why is pH 7?") for i in range(16, 40))]
    before, after = summary_of(first), summary_of(compacted(later, first))
    assert set(before.resolved_facts) <= set(after.resolved_facts)
    assert {term.term for term in before.key_terms} <= {term.term for term in after.key_terms}
    assert after.timeline.start == before.timeline.start
    assert "Why is pH 7?" in after.open_questions


def test_a_merge_of_full_summaries_keeps_the_best_of_both() -> None:
    full = summary_of(compacted(conversation(40)))
    earlier = full.model_copy(update={"resolved_facts": tuple(f"old {n}" for n in range(8))})
    later = full.model_copy(update={"resolved_facts": tuple(f"new {n}" for n in range(8))})
    merged = merge_summaries(earlier, later).resolved_facts
    assert set(merged) == {f"{age} {n}" for age in ("old", "new") for n in range(4)}


def test_an_unreadable_summary_does_not_stop_the_next() -> None:
    assert read_summary({"version": "v0"}) is None
    assert read_summary(None) is None
    turns = conversation(40)
    memory = Memory(None, turns[9].place, 10)
    assert compacted(turns, memory).turn_count == 28


@tries(60)
@given(conversations(), st.text(max_size=60), st.sampled_from((0, 20_000)))
def test_a_summary_is_within_its_bounds(turns: list[Turn], message: str, others: int) -> None:
    made = compact_if_due(turns, Memory(), message, others, NOW)
    if made is None:
        return
    assert_bounds(summary_of(made.memory))
    assert made.memory.turn_count == len(turns) - KEPT_TURNS


def assert_bounds(summary: Summary) -> None:
    assert len(summary.key_terms) <= MAX_TERMS
    for texts in (
        summary.resolved_facts,
        summary.open_questions,
        summary.student_needs,
        summary.timeline.highlights,
    ):
        assert len(texts) <= MAX_ITEMS
        assert all(0 < len(text) <= 240 for text in texts)
        assert len({text.casefold() for text in texts}) == len(texts)
    assert summary.timeline.start <= summary.timeline.end
    assert len(memory_text(summary)) <= MEMORY_CHARS
    assert read_summary(json.loads(json.dumps(summary.as_json()))) == summary


@tries(60)
@given(conversations(most=300), st.lists(st.integers(1, 90), min_size=1, max_size=8))
def test_a_growing_conversation_is_summarised_once_and_without_gaps(
    turns: list[Turn], steps: list[int]
) -> None:
    memory, taken, shown = Memory(), list[Turn](), 0
    for step in steps:
        shown = min(shown + step, len(turns))
        loaded = turns[:shown]
        pending = list(pending_turns(loaded, memory))
        made = compact_if_due(loaded, memory, "light", 20_000, NOW)
        assert (made is None) == (not pending)
        if made is not None:
            taken += pending
            memory = made.memory
            assert_bounds(summary_of(memory))
        assert taken == turns[: len(taken)]
        assert memory.turn_count == len(taken)
        transcript = list(transcript_of(loaded, memory))
        assert [*taken, *transcript] == loaded


@tries(30)
@given(conversations(most=120))
def test_a_summary_is_the_same_each_time_and_made_of_the_best(turns: list[Turn]) -> None:
    if not turns:
        return
    made = [summarise(turns, [], "why light") for _ in range(2)]
    assert made[0] == made[1]
    assert sum(term.occurrences for term in made[0].key_terms) <= BEST_TURNS * 4_000
    assert made[0].timeline.end - START <= timedelta(minutes=len(turns))


@tries(30)
@given(conversations(most=60), st.integers(1, 40), st.integers(0, 3))
def test_in_batches_of_any_size_it_is_the_same(
    turns: list[Turn], batch: int, following: int
) -> None:
    head, tail = turns[: len(turns) - following], turns[len(turns) - following :]
    if head:
        whole = summarise(head, tail, "why light")
        assert summarise(head, tail, "why light", batch=batch) == whole


def test_it_holds_no_more_than_a_batch_and_the_best() -> None:
    digest = Digest("light", 5_000)
    for start in range(0, 5_000, 100):
        digest.add([turn(n, "student", "Why light?") for n in range(start, start + 100)])
    assert len(digest._waiting) + len(digest._best) <= BEST_TURNS + 2
