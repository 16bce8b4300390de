"""A class's insights: figures with a narrative, made once an hour by one process for all."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone
from pydantic import TypeAdapter, ValidationError

from analytics import flights
from analytics.access import Reader
from analytics.briefing import Briefing
from analytics.errors import AnalyticsFailed
from analytics.figures import read_class_figures
from analytics.models import InsightsSnapshot
from analytics.narrative import write_narrative
from analytics.payload import Insights, Narrative, StudentRow, insights_payload
from classes.access import Membership
from stemcore.database import read, write
from stemcore.deadline import Deadline
from stemcore.providers import ProviderError

FRESH = timedelta(hours=1)
FRESH_WITHOUT_WORDS = timedelta(minutes=5)
"""A failed narrative is tried again, and an empty class may not stay empty."""
PURPOSE = "class_insights_v1"

_STORED = TypeAdapter(Insights)


@dataclass(frozen=True)
class Snapshot:
    """Stored insights; `payload` is None when what is stored is none of ours."""

    generated_at: datetime
    payload: Insights | None

    @property
    def is_fresh(self) -> bool:
        if self.payload is None:
            return False
        lasts = FRESH if self.payload["ai_narrative"] else FRESH_WITHOUT_WORDS
        return timezone.now() - self.generated_at < lasts


async def class_insights(reader: Reader, *, force_refresh: bool) -> Insights:
    """The insights of a class, from the last hour unless a refresh is forced.

    Of requests at once, over all processes, one makes them and the others wait for it. Raises
    ClassNotFound, AnalyticsForbidden and AnalyticsFailed.
    """
    deadline = Deadline.for_request(None, settings.AI_REQUEST_TIMEOUT_MS)
    membership, before = await _enter(reader)
    if before and before.payload and before.is_fresh and not force_refresh:
        return before.payload
    return await refreshed(membership, before, deadline)


async def refreshed(
    membership: Membership, before: Snapshot | None, deadline: Deadline
) -> Insights:
    """Insights other than `before`, made here or by whoever makes them already."""
    key = f"insights:{membership.class_id}"
    while True:
        async with flights.taken(key, deadline) as holder:
            # Somebody may have stored newer ones since `before` was read.
            if newer := await _other_than(before, membership.class_id):
                return newer
            if holder:
                return await _made_and_stored(membership, key, holder, deadline)
        if not await flights.wait_for(key, Deadline(deadline.at + flights.GRACE_S)):
            raise AnalyticsFailed("The insights are still being made. Please try again.")


async def _other_than(before: Snapshot | None, class_id: UUID) -> Insights | None:
    now = await stored_insights(class_id)
    if now is None or (before and now.generated_at == before.generated_at):
        return None
    return now.payload


async def _made_and_stored(
    membership: Membership, key: str, holder: UUID, deadline: Deadline
) -> Insights:
    payload = await _made(membership, deadline)
    with suppress(flights.FlightLost):  # whoever took over stores theirs; these are as true
        await _store(membership, payload, key, holder)
    return payload


async def _made(membership: Membership, deadline: Deadline) -> Insights:
    figures = await read_class_figures(membership.class_id)
    payload = insights_payload(figures, timezone.now())
    if figures.is_empty:
        return payload
    call = membership.call(PURPOSE, deadline)
    try:
        told = await write_narrative(Briefing(figures), membership.class_title, call)
    except ProviderError:
        return payload  # the figures are true without words
    return _with_words(payload, told.narrative, told.notes)


def _with_words(payload: Insights, narrative: Narrative, notes: Mapping[UUID, str]) -> Insights:
    by_id = {str(student_id): note for student_id, note in notes.items()}
    students: list[StudentRow] = [
        {**student, "ai_mini_summary": by_id.get(student["student_id"])}
        for student in payload["students"]
    ]
    return {**payload, "students": students, "ai_narrative": narrative}


@read
def _enter(reader: Reader) -> tuple[Membership, Snapshot | None]:
    membership = reader.enter()
    return membership, stored_insights.sync(membership.class_id)


@read
def stored_insights(class_id: UUID) -> Snapshot | None:
    """What is stored of a class, by whomever."""
    row = (
        InsightsSnapshot.objects.filter(classroom_id=class_id)
        .values_list("generated_at", "payload")
        .first()
    )
    return Snapshot(row[0], _valid(row[1])) if row else None


def _valid(payload: object) -> Insights | None:
    try:
        return _STORED.validate_python(payload)
    except ValidationError:
        return None


@write
def _store(membership: Membership, payload: Insights, key: str, holder: UUID) -> None:
    flights.land(key, holder)
    stored = (payload["generated_at"], json.dumps(payload), membership.sandbox_id)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO class_insights_snapshots (class_id, generated_at, payload, sandbox_id)
            VALUES (%s, %s, %s::jsonb, %s)
            ON CONFLICT (class_id) DO UPDATE
               SET generated_at = excluded.generated_at, payload = excluded.payload,
                   sandbox_id = excluded.sandbox_id
            """,
            [membership.class_id, *stored],
        )
