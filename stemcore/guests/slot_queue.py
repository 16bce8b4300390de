"""The requests of one process that wait for a slot: they ask the database together."""

import asyncio
from uuid import UUID

from django.db import Error as DatabaseFailure
from structlog import get_logger

from stemcore.deadline import Deadline
from stemcore.guests import admissions
from stemcore.guests.errors import GuestConcurrentLimit, GuestRateLimitUnavailable
from stemcore.guests.retries import run
from stemcore.runtime import background

log = get_logger(__name__)

LOOK_EVERY_S = 0.05


class SlotQueue:
    """Admissions of one event loop that have no slot as yet.

    `turn` lets units that take their turn among all processes run one at a time.
    """

    def __init__(self, turn: asyncio.Lock) -> None:
        self._turn = turn
        self._waiting: dict[UUID, asyncio.Future[None]] = {}
        self._due = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def close(self) -> None:
        """Looks no more."""
        if self._looking is not None:
            self._looking.cancel()

    def look_again(self) -> None:
        """Looks without delay: a slot may have become free."""
        self._due.set()

    async def slot(self, key: UUID, patience: Deadline) -> None:
        """Returns when the admission has its slot.

        Raises GuestConcurrentLimit when it got none in time, and GuestRateLimitUnavailable when
        the admission was lost.
        """
        granted = self._waiting[key] = asyncio.get_running_loop().create_future()
        self._keep_looking()
        try:
            async with asyncio.timeout(patience.remaining()) as waiting:
                await granted
        except TimeoutError:
            if not waiting.expired():
                raise
            raise GuestConcurrentLimit from None
        finally:
            del self._waiting[key]

    def _keep_looking(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = background(self._look(), "guest-queue")

    async def _look(self) -> None:
        """Asks for all who wait here at once, and hands out free slots in the order of arrival."""
        while self._waiting:
            self._due.clear()
            try:
                await self._look_once()
            except DatabaseFailure as error:
                log.warning("guest_queue_not_seen", error=type(error).__name__)
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._due.wait()
            except TimeoutError:
                continue

    async def _look_once(self) -> None:
        queue = await admissions.look_at_queue(frozenset(self._waiting))
        if queue.grantable:
            await self._grant()
            queue = await admissions.look_at_queue(frozenset(self._waiting))
        for key, granted in self._waiting.items():
            if granted.done():
                continue
            if key in queue.granted:
                granted.set_result(None)
            elif key in queue.lost:
                granted.set_exception(GuestRateLimitUnavailable())

    async def _grant(self) -> None:
        async with self._turn:
            while await run(admissions.grant_next):
                pass
