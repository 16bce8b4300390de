"""The stored brief of a class, and how one request comes to make it alone.

The row itself says that a generation is in work: `generating` since `updated_at`. It is claimed
and ended by compare-and-set on both, so that of many requests over all processes one generates,
and one that was taken over can no longer store anything.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, cast
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from pydantic import TypeAdapter, ValidationError

from analytics.brief.answer import Brief
from analytics.models import TeachingBriefSnapshot
from classes.access import Membership
from stemcore.database import UPKEEP, write

Status = Literal["empty", "ready", "generating", "error", "no_data"]

DEAD_AFTER = timedelta(minutes=5)
"""A generation that takes longer has died with its process."""
TRY_AGAIN_AFTER = timedelta(minutes=5)

_STORED = TypeAdapter(Brief)


@dataclass(frozen=True)
class Snapshot:
    """The row of a class; `payload` is None when there is none of ours."""

    status: Status
    payload: Brief | None
    generated_at: datetime
    updated_at: datetime
    error_message: str | None

    @property
    def is_of_today(self) -> bool:
        """Made on the UTC day that it is now."""
        return self.generated_at.astimezone(UTC).date() == timezone.now().astimezone(UTC).date()

    @property
    def is_in_work(self) -> bool:
        return self.status == "generating" and self._age < DEAD_AFTER

    @property
    def failed_just_now(self) -> bool:
        return self.status == "error" and self._age < TRY_AGAIN_AFTER

    @property
    def _age(self) -> timedelta:
        return timezone.now() - self.updated_at


@dataclass(frozen=True)
class Claim:
    """The right to make the brief of a class; `since` is what proves it."""

    class_id: UUID
    since: datetime
    before: Snapshot | None


def stored_brief(class_id: UUID) -> Snapshot | None:
    """The row of a class; to be called inside a unit of work."""
    row = TeachingBriefSnapshot.objects.filter(classroom_id=class_id).first()
    if row is None:
        return None
    return Snapshot(
        status=cast(Status, row.status),
        payload=_valid(row.payload),
        generated_at=row.generated_at,
        updated_at=row.updated_at,
        error_message=row.error_message,
    )


def _valid(payload: object) -> Brief | None:
    try:
        return _STORED.validate_python(payload)
    except ValidationError:
        return None


def store_no_data(membership: Membership, seen: Snapshot | None) -> None:
    """Notes that there is nothing to make a brief from; in a unit of work."""
    if seen is None:
        TeachingBriefSnapshot.objects.bulk_create(
            [
                TeachingBriefSnapshot(
                    classroom_id=membership.class_id,
                    status="no_data",
                    sandbox_id=membership.sandbox_id,
                )
            ],
            ignore_conflicts=True,
        )
    elif seen.status != "no_data" and not seen.is_in_work:
        _rows(membership.class_id, seen).update(status="no_data", updated_at=timezone.now())


@write
def claim(membership: Membership, seen: Snapshot | None) -> Claim | None:
    """The right to generate, unless somebody else changed the row since it was `seen`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO class_teaching_brief_snapshots AS brief
                   (class_id, status, sandbox_id, generated_at, updated_at)
            VALUES (%s, 'generating', %s, now(), clock_timestamp())
            ON CONFLICT (class_id) DO UPDATE
               SET status = 'generating', updated_at = clock_timestamp()
             WHERE brief.updated_at = %s AND brief.status = %s
            RETURNING updated_at
            """,
            [
                membership.class_id,
                membership.sandbox_id,
                seen.updated_at if seen else None,
                seen.status if seen else None,
            ],
        )
        row = cursor.fetchone()
    return Claim(membership.class_id, row[0], seen) if row else None


@write
def store_ready(made: Claim, brief: Brief) -> None:
    """Stores a brief, if its claim still stands."""
    now = timezone.now()
    _claimed(made).update(
        status="ready", payload=brief, error_message=None, generated_at=now, updated_at=now
    )


@write
def store_error(made: Claim, message: str) -> None:
    """Notes that the brief could not be made; what was there before stays."""
    _claimed(made).update(status="error", error_message=message, updated_at=timezone.now())


@write(lane=UPKEEP)
def give_back(made: Claim) -> None:
    """Puts the row back as it was, for a request that ended without a brief or an error."""
    before = made.before
    if before is None:
        _claimed(made).delete()
    else:
        _claimed(made).update(status=before.status, updated_at=before.updated_at)


def _claimed(made: Claim) -> "QuerySet[TeachingBriefSnapshot]":
    return TeachingBriefSnapshot.objects.filter(
        classroom_id=made.class_id, status="generating", updated_at=made.since
    )


def _rows(class_id: UUID, seen: Snapshot) -> "QuerySet[TeachingBriefSnapshot]":
    return TeachingBriefSnapshot.objects.filter(
        classroom_id=class_id, status=seen.status, updated_at=seen.updated_at
    )
