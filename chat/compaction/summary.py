"""The summary that stands for the compacted part of a conversation, and how two are merged."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, ValidationError
from pydantic.alias_generators import to_camel

from stemcore.moments import iso

MAX_TERMS = 12
MAX_ITEMS = 8
# An earlier term counts a little less with each merge, so that a new topic can displace an old one.
FADING = 0.8

T = TypeVar("T")
Moment = Annotated[AwareDatetime, PlainSerializer(iso, when_used="json")]


class _Part(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True
    )


class CompactedThrough(_Part):
    """The newest message that is summarised, and how many turns the summary covers."""

    created_at: Moment
    message_id: UUID
    turn_count: int = Field(ge=0)


class KeyTerm(_Part):
    term: str
    weight: float = Field(ge=0, allow_inf_nan=False)
    occurrences: int = Field(ge=0)
    last_seen: Moment


class Timeline(_Part):
    """`start` and `end` are `from` and `to` in JSON; the highlights stand in time order."""

    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to")
    highlights: tuple[str, ...] = ()


class Summary(_Part):
    """The lists are best first, the highlights apart."""

    version: Literal["v1"] = "v1"
    generated_at: Moment
    compacted_through: CompactedThrough
    key_terms: tuple[KeyTerm, ...] = ()
    resolved_facts: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    student_needs: tuple[str, ...] = ()
    timeline: Timeline

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)


def read_summary(stored: object) -> Summary | None:
    """A stored summary, or None for what another version or a hand left there."""
    try:
        return Summary.model_validate(stored)
    except ValidationError:
        return None


def merge_summaries(earlier: Summary | None, later: Summary) -> Summary:
    """One summary of both, within the bounds.

    The texts are dealt in turn from both lists, each best first, so that while there is room
    everything stays, and when there is none the best of either does. Turn counts are the later
    summary's, which already counts on from the earlier.
    """
    if earlier is None:
        return later
    return later.model_copy(
        update={
            "key_terms": _merge_terms(earlier.key_terms, later.key_terms),
            "resolved_facts": _deal(earlier.resolved_facts, later.resolved_facts),
            "open_questions": _deal(earlier.open_questions, later.open_questions),
            "student_needs": _deal(earlier.student_needs, later.student_needs),
            "timeline": _join(earlier.timeline, later.timeline),
        }
    )


def bounded_terms(terms: Iterable[KeyTerm]) -> tuple[KeyTerm, ...]:
    """The weightiest terms."""
    return tuple(sorted(terms, key=lambda term: (-term.weight, term.term))[:MAX_TERMS])


def bounded_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """The first texts, none of them twice (letter case aside)."""
    return tuple(_unique(texts, str.casefold)[:MAX_ITEMS])


def _unique(items: Iterable[T], key: Callable[[T], str]) -> list[T]:
    seen: dict[str, T] = {}
    for item in items:
        seen.setdefault(key(item), item)
    return list(seen.values())


def _deal(earlier: Sequence[str], later: Sequence[str]) -> tuple[str, ...]:
    pairs = chain.from_iterable(zip_longest(later, earlier))
    return bounded_texts(text for text in pairs if text is not None)


def _merge_terms(earlier: Iterable[KeyTerm], later: Iterable[KeyTerm]) -> tuple[KeyTerm, ...]:
    merged = {term.term: _faded(term) for term in earlier}
    for term in later:
        before = merged.get(term.term)
        merged[term.term] = term if before is None else _added(before, term)
    return bounded_terms(merged.values())


def _faded(term: KeyTerm) -> KeyTerm:
    return term.model_copy(update={"weight": round(term.weight * FADING, 3)})


def _added(before: KeyTerm, after: KeyTerm) -> KeyTerm:
    return after.model_copy(
        update={
            "weight": round(before.weight + after.weight, 3),
            "occurrences": before.occurrences + after.occurrences,
            "last_seen": max(before.last_seen, after.last_seen),
        }
    )


def _join(earlier: Timeline, later: Timeline) -> Timeline:
    """Both timelines as one; each may fill at least half of the highlights."""
    room = max(MAX_ITEMS - len(later.highlights), MAX_ITEMS // 2)
    kept = earlier.highlights[-room:]
    fresh = later.highlights[-(MAX_ITEMS - len(kept)) :]
    return Timeline(
        start=min(earlier.start, later.start),
        end=max(earlier.end, later.end),
        highlights=bounded_texts((*kept, *fresh)),
    )
