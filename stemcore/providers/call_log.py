"""The call log: one row for every attempt at a provider.

A request only appends to a queue in memory; a task of its event loop writes the queue to the
database in batches. So a slow or missing database costs rows, never a request. Rows still in
memory are lost when a process is killed.
"""

import asyncio
from collections import deque
from weakref import WeakKeyDictionary

from django.db import Error as DatabaseFailure
from structlog import get_logger

from stemcore.database import write
from stemcore.models import ProviderCall

log = get_logger(__name__)

CAPACITY = 10_000
"""Rows kept in memory while the database does not take them; about 20 MB."""

BATCH = 500
FLUSH_EVERY_S = 1.0

_queue: deque[ProviderCall] = deque()


class _Writer:
    """Writes the queue from one event loop."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="call-log")

    async def _run(self) -> None:
        while _queue:
            await asyncio.sleep(FLUSH_EVERY_S)
            await self.drain()

    async def drain(self) -> None:
        """Writes all that is queued now, and waits for a batch that is being written."""
        async with self._lock:
            # Rows that arrive meanwhile make the next, larger batch.
            for _ in range(-(-len(_queue) // BATCH)):
                batch = [_queue.popleft() for _ in range(min(BATCH, len(_queue)))]
                try:
                    await _store(batch)
                except DatabaseFailure as error:
                    log.warning("call_log_lost", rows=len(batch), error=type(error).__name__)

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()


_writers: WeakKeyDictionary[asyncio.AbstractEventLoop, _Writer] = WeakKeyDictionary()


def record(row: ProviderCall) -> None:
    """Queues a row; drops it when the queue is full. Never waits, never raises."""
    if len(_queue) >= CAPACITY:
        log.warning("call_log_full", rows=1)
        return
    _queue.append(row)
    _writer().wake()


async def flush() -> None:
    """Writes what is queued; for tests, commands and the end of a process."""
    await _writer().drain()


async def close() -> None:
    """Flushes and ends the writer of the running event loop."""
    await flush()
    writer = _writers.pop(asyncio.get_running_loop(), None)
    if writer is not None:
        writer.stop()


def _writer() -> _Writer:
    loop = asyncio.get_running_loop()
    if loop not in _writers:
        _writers[loop] = _Writer()
    return _writers[loop]


@write
def _store(rows: list[ProviderCall]) -> None:
    ProviderCall.objects.bulk_create(rows)
