"""Several jobs at once in one process."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from django.db import Error as DatabaseFailure
from structlog import get_logger

from materials.jobs import Claim, take
from materials.outcomes import Outcomes
from materials.worker.work import End, Ended, work

log = get_logger(__name__)

REMEMBERED = 1_000
POLL_S = 1.0
LONGEST_POLL_S = 15.0
"""How long an idle worker waits; the latter while the database is away."""


class Crew:
    """Works jobs, at most `size` at the same time. `on_end` is told of each."""

    def __init__(self, size: int, on_end: Callable[[Ended], None] = lambda ended: None) -> None:
        self.size = size
        self._on_end = on_end
        self._places = asyncio.Semaphore(size)
        # Messages of jobs that must wait: whoever ends such a job deletes them with it.
        self._messages: dict[UUID, tuple[int, ...]] = {}

    async def work_batch(self, limit: int) -> Outcomes:
        """Takes so many jobs at most and works them to their ends. Raises DatabaseFailure."""
        claims = await self._take(limit)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._work(claim)) for claim in claims]
        return _counted([task.result() for task in tasks])

    async def work_until(self, stop: asyncio.Event, grace_s: float) -> None:
        """Works jobs as they come. Told to stop, it takes no more, and those in work may go on
        for `grace_s`; then they are cut off and given back."""
        working: set[asyncio.Task[Ended]] = set()
        pause = POLL_S
        while not stop.is_set():
            try:
                claims = await self._take(self.size - len(working))
                pause = POLL_S
            except DatabaseFailure as error:
                log.warning("queue_not_read", error=type(error).__name__)
                claims, pause = [], min(2 * pause, LONGEST_POLL_S)
            working |= {asyncio.create_task(self._work(claim)) for claim in claims}
            await self._wait(working, stop, pause)
            working = {task for task in working if not task.done()}
        await _finish(working, grace_s)

    async def _wait(
        self, working: set[asyncio.Task[Ended]], stop: asyncio.Event, pause_s: float
    ) -> None:
        """Until a job ends, the next look into the queue is due, or it is time to stop."""
        stopping = asyncio.create_task(stop.wait())
        full = len(working) >= self.size
        await asyncio.wait(
            {stopping, *working},
            timeout=None if full else pause_s,
            return_when=asyncio.FIRST_COMPLETED,
        )
        stopping.cancel()

    async def _take(self, limit: int) -> list[Claim]:
        if limit <= 0:
            return []
        taken = await take(limit)
        claims = [self._with_messages(claim) for claim in taken.claims]
        for job_id, numbers in taken.waiting.items():
            self._remember(job_id, numbers)
        return claims

    def _with_messages(self, claim: Claim) -> Claim:
        known = self._messages.pop(claim.job_id, ())
        return replace(claim, messages=tuple(dict.fromkeys((*known, *claim.messages))))

    def _remember(self, job_id: UUID, numbers: tuple[int, ...]) -> None:
        known = self._messages.pop(job_id, ())
        self._messages[job_id] = tuple(dict.fromkeys((*known, *numbers)))
        if len(self._messages) > REMEMBERED:
            del self._messages[next(iter(self._messages))]

    async def _work(self, claim: Claim) -> Ended:
        async with self._places:
            ended = await work(claim)
        if ended.end is End.RETRIED and claim.messages:
            self._remember(claim.job_id, claim.messages)
        self._on_end(ended)
        return ended


async def _finish(working: "set[asyncio.Task[Ended]]", grace_s: float) -> None:
    if not working:
        return
    _, late = await asyncio.wait(working, timeout=grace_s)
    for task in late:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*late, return_exceptions=True)


def _counted(ended: list[Ended]) -> Outcomes:
    ends = [one.end for one in ended]
    return Outcomes(
        succeeded=ends.count(End.SUCCEEDED),
        failed=ends.count(End.FAILED),
        retried=ends.count(End.RETRIED) + ends.count(End.LOST),
        processed=len(ends),
        errors=tuple(one.reason for one in ended if one.reason),
    )
