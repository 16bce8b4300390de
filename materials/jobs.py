"""Jobs of the queue: claimed, renewed, given back and ended.

A job is a row of the platform's, a message only says that there is one. A row is claimed by
compare-and-set on its `attempts`, so (job, attempt) names one holder: every write of a worker
checks in its own transaction that it is still that holder. Claims come from messages and, where
a message was deleted or comes back too late, from the rows themselves: retries that are due, jobs
whose worker died, and those that nobody took up for an hour.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from structlog import get_logger

from stemcore.database import UPKEEP, write
from stemcore.supabase.acting import as_service

log = get_logger(__name__)

FIRST_DELAY_S: Final = 5
LONGEST_DELAY_S: Final = 600
"""After the n-th attempt a job waits 5 · 3ⁿ⁻¹ seconds, at most ten minutes."""
FORGOTTEN_S: Final = 3600
"""Age of a pending job whose message must be gone: one that is left comes back much earlier."""

_DELAY = """case when attempts = 0 then interval '0' else make_interval(
    secs => least(%(first_delay)s * power(3, least(attempts, 10) - 1), %(longest_delay)s)) end"""

_RETRY_IS_DUE = f"status = 'retry' and updated_at + {_DELAY} <= now()"

_WORKER_IS_DEAD = """
status = 'processing'
    and coalesce(locked_at, updated_at) < now() - make_interval(secs => %(lock)s)"""

_CLAIM = """
with due as (
    select id, attempts from material_processing_jobs
    where {condition} order by created_at, id limit %(limit)s for update skip locked
)
update material_processing_jobs j
set status = 'processing', stage = 'processing', attempts = due.attempts + 1, locked_at = now()
from due where j.id = due.id and j.attempts = due.attempts
returning j.id, j.material_id, j.class_id, j.attempts
"""

_CLAIM_BY_MESSAGES = _CLAIM.format(
    condition=f"id = any(%(ids)s::uuid[]) and (status = 'pending' or ({_RETRY_IS_DUE})"
    f" or ({_WORKER_IS_DEAD}))"
)
_CLAIM_FORGOTTEN = _CLAIM.format(
    condition=f"({_RETRY_IS_DUE}) or ({_WORKER_IS_DEAD}) or (status = 'pending'"
    " and updated_at < now() - make_interval(secs => %(forgotten)s))"
)

_SETTLE = """
update material_processing_jobs
set status = %s, stage = %s, last_error = %s, locked_at = null
where id = %s and attempts = %s and status = 'processing'
"""
_RENEW = """
update material_processing_jobs set locked_at = now()
where id = %s and attempts = %s and status = 'processing'
"""
_RELEASE = """
update material_processing_jobs
set status = 'retry', stage = 'queued', attempts = attempts - 1, locked_at = null
where id = %s and attempts = %s and status = 'processing'
"""


class ClaimLost(Exception):
    """Somebody else holds the job now, or it has ended: what was done for it must not be stored."""


@dataclass(frozen=True)
class Claim:
    """The right to work a job, as its `attempt`-th holder; `messages` lead to it."""

    job_id: UUID
    material_id: UUID
    class_id: UUID
    attempt: int
    messages: tuple[int, ...] = ()

    @property
    def is_last(self) -> bool:
        return self.attempt >= settings.MATERIAL_JOB_MAX_ATTEMPTS

    @property
    def is_beyond_last(self) -> bool:
        """No attempt is left, and the last one never came to its end."""
        return self.attempt > settings.MATERIAL_JOB_MAX_ATTEMPTS


@dataclass(frozen=True)
class Taken:
    """What a look into the queue gave: claims, and messages of jobs that must wait."""

    claims: tuple[Claim, ...]
    waiting: dict[UUID, tuple[int, ...]]


@write
def take(limit: int) -> Taken:
    """Claims so many jobs at most: those that messages lead to, then those without a message.

    Messages of jobs that have ended are deleted. Those of jobs that somebody else holds stay.
    """
    messages = _dequeue(limit)
    claims = _claim(_CLAIM_BY_MESSAGES, limit, list(messages)) if messages else []
    claims += _claim(_CLAIM_FORGOTTEN, limit - len(claims))
    claimed = [replace(one, messages=tuple(messages.pop(one.job_id, ()))) for one in claims]
    in_flight = _in_flight(list(messages)) if messages else set()
    acknowledge(n for job, numbers in messages.items() if job not in in_flight for n in numbers)
    return Taken(tuple(claimed), {job: tuple(messages[job]) for job in in_flight})


def _dequeue(limit: int) -> dict[UUID, list[int]]:
    """Messages by their job; one that names no job is deleted."""
    with as_service(), connection.cursor() as cursor:
        cursor.execute(
            "select queue_message_id, payload from dequeue_material_jobs(%s::int, %s::int)",
            [limit, settings.MATERIAL_JOB_VISIBILITY_TIMEOUT_SECONDS],
        )
        rows = cursor.fetchall()
    found: dict[UUID, list[int]] = defaultdict(list)
    strays = []
    for number, payload in rows:
        job_id = _job_of(payload)
        if job_id is None:
            strays.append(number)
        else:
            found[job_id].append(number)
    acknowledge(strays)
    return found


def _job_of(payload: Any) -> UUID | None:
    try:
        return UUID(json.loads(payload)["job_id"])
    except (TypeError, KeyError, ValueError, AttributeError):
        log.warning("message_without_job")
        return None


def _claim(statement: str, limit: int, job_ids: Sequence[UUID] = ()) -> list[Claim]:
    if limit <= 0:
        return []
    values: dict[str, Any] = {
        "ids": [str(job_id) for job_id in job_ids],
        "limit": limit,
        "first_delay": FIRST_DELAY_S,
        "longest_delay": LONGEST_DELAY_S,
        "lock": settings.MATERIAL_JOB_LOCK_MINUTES * 60,
        "forgotten": FORGOTTEN_S,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Claim(*row) for row in cursor.fetchall()]


def _in_flight(job_ids: Sequence[UUID]) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from material_processing_jobs where id = any(%s::uuid[])"
            " and status in ('pending', 'retry', 'processing')",
            [[str(job_id) for job_id in job_ids]],
        )
        return {row[0] for row in cursor.fetchall()}


def acknowledge(messages: Iterable[int]) -> None:
    """Deletes messages, within the transaction of who calls."""
    numbers = list(messages)
    if numbers:
        with as_service(), connection.cursor() as cursor:
            cursor.execute("select ack_material_job(n) from unnest(%s::bigint[]) n", [numbers])


def settle(claim: Claim, status: str, error: str | None = None) -> None:
    """Ends a claim within the transaction of who calls, the messages with it. Raises ClaimLost."""
    stage = "queued" if status == "retry" else status
    if not _touch(_SETTLE, [status, stage, error, claim.job_id, claim.attempt]):
        raise ClaimLost
    if status != "retry":
        acknowledge(claim.messages)


@write
def retry_later(claim: Claim, error: str) -> None:
    """Gives a job back to be tried again; its message stays, for whoever reads it first.

    Raises ClaimLost.
    """
    settle(claim, "retry", error)


@write(lane=UPKEEP)
def renew(claim: Claim) -> bool:
    """Keeps the job from being taken over; false when it was."""
    return _touch(_RENEW, [claim.job_id, claim.attempt])


@write(lane=UPKEEP)
def release(claim: Claim) -> bool:
    """Gives a job back whose worker must end; that costs it no attempt. False when it was lost."""
    return _touch(_RELEASE, [claim.job_id, claim.attempt])


def hold(claim: Claim) -> None:
    """Makes sure, within the transaction of who calls, that the claim still holds.

    Raises ClaimLost.
    """
    if not _touch(_RENEW, [claim.job_id, claim.attempt]):
        raise ClaimLost


def _touch(statement: str, values: list[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount == 1)
