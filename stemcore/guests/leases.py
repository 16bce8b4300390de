"""The admissions that one process holds, and renews together.

A lease ends here, on the monotonic clock, never later than in the database. So a request whose
lease could not be renewed is cut off before its slot and its use can be given to another.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, ParamSpec, TypeVar
from uuid import UUID, uuid4

from django.db import Error as DatabaseFailure
from structlog import get_logger

from stemcore.database import Unit
from stemcore.deadline import Deadline
from stemcore.guests import admissions, settlement
from stemcore.guests.admissions import LEASE_S
from stemcore.guests.errors import GuestRateLimitUnavailable
from stemcore.guests.retries import run
from stemcore.guests.slot_queue import SlotQueue
from stemcore.runtime import background, runtime

log = get_logger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

RENEW_EVERY_S = 4.0
SETTLE_WAIT_S = 5.0
"""How long an answer waits for its use to be counted."""
SETTLE_AGAIN_S = 1.0


class Leases:
    """The admissions of one event loop."""

    def __init__(self) -> None:
        # One unit at a time: a crowd of guests must not fill the database's threads, on which
        # everybody else's requests run, with units that wait for their turn.
        self._turn = asyncio.Lock()
        self._held: dict[UUID, asyncio.Timeout] = {}
        self.storing = asyncio.Lock()
        self._answered: set[UUID] = set()
        self._settling: set[asyncio.Task[None]] = set()
        self._queue = SlotQueue(self._turn)
        self._renewing: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Ends the tasks; what is held still expires by itself."""
        self._queue.close()
        for task in (self._renewing, *self._settling):
            if task is not None:
                task.cancel()

    @asynccontextmanager
    async def use(self, sandbox_id: UUID, feature: str, patience: Deadline) -> AsyncIterator[None]:
        """One use of a feature, reserved, in its slot, and counted when the block succeeds.

        `patience` ends the wait for a slot. Raises GuestRateLimit, GuestSandboxForbidden,
        GuestConcurrentLimit and GuestRateLimitUnavailable.
        """
        key = uuid4()
        active, lease_end = await self._reserve(key, sandbox_id, feature)
        try:
            async with self._lease(key, lease_end):
                if not active:
                    await self._queue.slot(key, patience)
                with settlement.in_hand(key) as use:
                    yield
        except BaseException:  # a cancelled request gives back what it held, as a failed one does
            await _to_its_end(self._give_back(key))
            raise
        if use.settled:
            self._queue.look_again()
        else:
            await self._settle(key)

    # Beginning and end ---------------------------------------------------------------------------

    async def _reserve(self, key: UUID, sandbox_id: UUID, feature: str) -> tuple[bool, float]:
        """Whether the slot was taken, too, and when the lease ends."""
        try:
            return await _to_its_end(self._reserved(key, sandbox_id, feature))
        except asyncio.CancelledError:
            await _to_its_end(self._give_back(key))
            raise
        except DatabaseFailure:
            # The row may be there, when the failure came after it; then it expires.
            raise GuestRateLimitUnavailable from None

    async def _reserved(self, key: UUID, sandbox_id: UUID, feature: str) -> tuple[bool, float]:
        async with self._turn:
            began = asyncio.get_running_loop().time()
            active = await run(admissions.reserve, key, sandbox_id, feature)
            return active, began + LEASE_S

    async def _settle(self, key: UUID) -> None:
        """Counts the use, or tries to: what fails or takes too long goes on behind the answer.

        Raises GuestRateLimitUnavailable when the reserved use may be another's by now.
        """
        tried = asyncio.Event()
        settling = background(self._settle_until_done(key, tried), "guest-settling")
        self._settling.add(settling)
        settling.add_done_callback(self._settled)
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_WAIT_S):
                await tried.wait()
        if settling.done():
            settling.result()

    def _settled(self, settling: asyncio.Task[None]) -> None:
        self._settling.discard(settling)
        if not settling.cancelled() and settling.exception():
            log.warning("guest_use_lost")

    async def _settle_until_done(self, key: UUID, tried: asyncio.Event) -> None:
        self._answered.add(key)
        self._keep_renewing()
        try:
            done = await self._done(admissions.settle, key)
            while not done:
                # After a failure nobody knows whether the use was counted; while the row is there
                # it was not. So the slot comes back first, and whoever can counts what is owed.
                done = await self._done(admissions.owe, key)
                tried.set()
                await asyncio.sleep(0 if done else SETTLE_AGAIN_S)
        finally:
            tried.set()
            self._answered.discard(key)
            self._queue.look_again()

    async def _done(self, unit: Unit[[UUID], None], key: UUID) -> bool:
        try:
            await run(unit, key)
        except DatabaseFailure as error:
            log.warning("guest_use_not_counted", error=type(error).__name__)
            return False
        return True

    async def _give_back(self, key: UUID) -> None:
        try:
            await run(admissions.give_back, key)
        except DatabaseFailure as error:
            # The request's own failure is what the caller must hear; the lease expires.
            log.warning("guest_admission_left", error=type(error).__name__)
        finally:
            self._queue.look_again()

    # Leases --------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _lease(self, key: UUID, end: float) -> AsyncIterator[None]:
        """Cuts the block off with GuestRateLimitUnavailable when the lease ends."""
        try:
            async with asyncio.timeout_at(end) as lease:
                self._held[key] = lease
                self._keep_renewing()
                try:
                    yield
                finally:
                    del self._held[key]
        except TimeoutError:
            if not lease.expired():
                raise
            raise GuestRateLimitUnavailable from None

    def _keep_renewing(self) -> None:
        if self._renewing is None or self._renewing.done():
            self._renewing = background(self._renew(), "guest-leases")

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            began = asyncio.get_running_loop().time()
            keys = frozenset(self._held) | self._answered
            if not keys:
                return
            try:
                lost = await admissions.renew(keys)
            except DatabaseFailure as error:
                log.warning("guest_leases_not_renewed", error=type(error).__name__)
                continue
            for key in keys & self._held.keys():
                if not self._held[key].expired():
                    self._held[key].reschedule(began if key in lost else began + LEASE_S)


async def _to_its_end(work: Coroutine[Any, Any, R]) -> R:
    """Awaits work that goes on to its end however often its caller is cancelled; then so is it."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as again:
            cancelled = again
    if cancelled is not None:
        raise cancelled from task.exception()
    return task.result()


async def store_and_settle(unit: Unit[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Runs a unit that ends with `settle_in_transaction`.

    Guests' go one at a time: they wait for their turn among all processes on the threads where
    everybody else's requests run.
    """
    if not settlement.is_due():
        return await unit(*args, **kwargs)
    async with leases().storing:
        return await run(unit, *args, **kwargs)


def leases() -> Leases:
    """Those of the running event loop."""
    return runtime().part(Leases)
