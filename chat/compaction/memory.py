"""The text that puts a summary into a prompt."""

from collections.abc import Sequence

from chat.compaction.summary import Summary

MEMORY_CHARS = 6_000


def memory_text(summary: Summary | None) -> str:
    """What the model is told of the compacted turns; empty without a summary."""
    if summary is None:
        return ""
    terms = [", ".join(term.term for term in summary.key_terms)] if summary.key_terms else []
    sections = (
        f"Earlier conversation, {summary.compacted_through.turn_count} messages",
        _section("Key terms", terms),
        _section("Settled so far", summary.resolved_facts),
        _section("Open questions", summary.open_questions),
        _section("What the student finds hard", summary.student_needs),
        _section("Highlights, oldest first", summary.timeline.highlights),
    )
    return "\n".join(section for section in sections if section)[:MEMORY_CHARS]


def _section(heading: str, lines: Sequence[str]) -> str:
    return "\n".join((f"{heading}:", *(f"- {line}" for line in lines))) if lines else ""
