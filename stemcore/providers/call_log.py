"""The call log: one row for every attempt at a provider.

A request only appends to a queue in memory; a task of its event loop writes the queue to the
database in batches, and again those that a missing database did not take. A slow or missing
database never costs a request, and costs rows only when the queue is full. Rows still in memory
are lost when a process is killed.
"""

import asyncio
from collections import deque
from itertools import islice

from django.db import InterfaceError, OperationalError, connection
from structlog import get_logger

from stemcore.database import UPKEEP, write
from stemcore.models import ProviderCall
from stemcore.runtime import background, runtime

log = get_logger(__name__)

CAPACITY = 10_000
"""Rows kept in memory while the database does not take them; about 20 MB."""

BATCH = 500
FLUSH_EVERY_S = 1.0
CLOSE_WITHIN_S = 2.0

_NUMBERS = (
    "select nextval(pg_get_serial_sequence('provider_calls', 'id')) from generate_series(1, %s)"
)


class CallLog:
    """The rows of one event loop on their way to the database."""

    def __init__(self) -> None:
        self._queue: deque[ProviderCall] = deque()
        self._lock = asyncio.Lock()
        self._writing: asyncio.Task[None] | None = None

    def record(self, row: ProviderCall) -> None:
        if len(self._queue) >= CAPACITY:
            log.warning("call_log_full", rows=1)
            return
        self._queue.append(row)
        if self._writing is None or self._writing.done():
            self._writing = background(self._write(), "call-log")

    async def _write(self) -> None:
        while self._queue:
            await asyncio.sleep(FLUSH_EVERY_S)
            await self.drain()

    async def drain(self) -> None:
        """Writes all that is queued now, and waits for a batch that is being written."""
        async with self._lock:
            # Rows that arrive meanwhile make the next, larger batch.
            for _ in range(-(-len(self._queue) // BATCH)):
                batch = list(islice(self._queue, BATCH))
                try:
                    await _store(batch)
                except (OperationalError, InterfaceError) as error:  # the database, not the rows
                    log.warning("call_log_waits", rows=len(batch), error=type(error).__name__)
                    return
                except Exception as error:  # noqa: BLE001  # others wait behind these rows
                    log.warning("call_log_lost", rows=len(batch), error=type(error).__name__)
                # Only now: a row that waits to be stored counts among those kept in memory.
                for _ in batch:
                    self._queue.popleft()

    async def close(self) -> None:
        """Writes the queue a last time, as far as the database takes it within `CLOSE_WITHIN_S`."""
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await self.drain()
        except TimeoutError:
            log.warning("call_log_lost", rows=len(self._queue), error="TimeoutError")
        if self._writing is not None:
            self._writing.cancel()


def record(row: ProviderCall) -> None:
    """Queues a row; drops it when the queue is full. Never waits, never raises."""
    runtime().part(CallLog).record(row)


async def flush() -> None:
    """Writes what is queued; for tests and commands."""
    await runtime().part(CallLog).drain()


@write(lane=UPKEEP)
def _store(rows: list[ProviderCall]) -> None:
    """Stores the rows that are not there yet: a commit may have counted, and its answer be lost.

    Rows keep the ids that they get at the first try, by which they are known at the next.
    """
    new = [row for row in rows if row.id is None]
    for row, number in zip(new, _numbers(len(new)), strict=True):
        row.id = number
    ProviderCall.objects.bulk_create(rows, ignore_conflicts=True)


def _numbers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [count])
        return [number for (number,) in cursor.fetchall()]
