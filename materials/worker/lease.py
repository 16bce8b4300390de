"""Keeping a job while it is worked, and writing what became of it through a database's outage."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import TypeVar

from django.conf import settings
from django.db import Error as DatabaseFailure
from structlog import get_logger

from materials.jobs import Claim, ClaimLost, renew

log = get_logger(__name__)

T = TypeVar("T")

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0


@asynccontextmanager
async def leased(claim: Claim) -> AsyncIterator[None]:
    """Renews the claim as long as the work inside goes on.

    When somebody else has the job, the work is cut off and ClaimLost rises. A database that is
    away is waited for: until it is back nobody takes the job over, and then the last step checks.
    """
    lease = _Lease(claim)
    renewing = asyncio.create_task(lease.renew(), name=f"lease-{claim.job_id}")
    try:
        yield
    except asyncio.CancelledError:
        if lease.lost and lease.worker.uncancel() == 0:
            raise ClaimLost from None
        raise
    finally:
        renewing.cancel()


class _Lease:
    def __init__(self, claim: Claim) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.worker = task
        self.lost = False
        self._claim = claim

    async def renew(self) -> None:
        period = settings.MATERIAL_JOB_LOCK_MINUTES * 60 / 4
        pause = period
        while True:
            await asyncio.sleep(pause)
            try:
                held = await renew(self._claim)
            except DatabaseFailure:
                log.warning("lease_not_renewed", job=str(self._claim.job_id))
                pause = min(period, LONGEST_PAUSE_S)
                continue
            pause = period
            if not held:
                self.lost = True
                self.worker.cancel()
                return


async def persist(write: Callable[[], Awaitable[T]]) -> T:
    """What a write gives, tried until the database takes it or the lock has run out.

    Only for writes that check their claim, so that a repeated one does no harm. Raises
    DatabaseFailure then.
    """
    until = monotonic() + settings.MATERIAL_JOB_LOCK_MINUTES * 60
    pause = FIRST_PAUSE_S
    while True:
        try:
            return await write()
        except DatabaseFailure:
            if monotonic() + pause > until:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)
