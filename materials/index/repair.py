"""Repair, behind the requests that found it needed."""

import asyncio
from uuid import UUID

from django.db import Error as DatabaseFailure
from structlog import get_logger

from materials.index.rows import BATCH, missing_rows, repair
from stemcore.runtime import background, runtime

log = get_logger(__name__)

PAUSE_S = 0.02
"""Between two steps, so that questions come in between."""


class Repairs:
    """The classes whose rows are to be made, one after the other."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, None] = {}
        self._task: asyncio.Task[None] | None = None

    def request(self, class_id: UUID) -> None:
        """Repairs a class soon; asked twice, once."""
        self._waiting[class_id] = None
        if self._task is None or self._task.done():
            self._task = background(self._work(), "chunk-words-repair")

    async def _work(self) -> None:
        while self._waiting:
            class_id = next(iter(self._waiting))
            try:
                await repair_class(class_id)
            except DatabaseFailure as error:
                log.warning("chunk_words_not_repaired", error=type(error).__name__)
            del self._waiting[class_id]

    async def settled(self) -> None:
        """Returns when nothing is left to do."""
        if self._task is not None:
            await self._task

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()


async def repair_class(class_id: UUID) -> None:
    """Makes the missing rows of a class, some at a time, unless another process is at it."""
    missing = await missing_rows(class_id)
    for first in range(0, len(missing), BATCH):
        if not await repair(class_id, missing[first : first + BATCH]):
            return
        await asyncio.sleep(PAUSE_S)


def request_repair(class_id: UUID) -> None:
    """Has a class's missing rows made soon, in the running event loop."""
    runtime().part(Repairs).request(class_id)
