"""The service as its own worker, where `MATERIAL_WORKER_MODE` is `local`.

Jobs are worked beside the requests, a few at a time; a school with many files runs
`manage.py process_materials --watch` beside it, and both work one queue.
"""

import asyncio

from django.conf import settings
from django.db import Error as DatabaseFailure
from structlog import get_logger

from materials.outcomes import Outcomes
from materials.worker.crew import Crew
from stemcore.http import Clients
from stemcore.periodic import Job
from stemcore.providers.registry import Adapters
from stemcore.runtime import background, runtime

log = get_logger(__name__)

AT_ONCE = 2
LOOK_EVERY_S = 5.0


class LocalWorker:
    """The worker of one event loop."""

    def __init__(self) -> None:
        runtime().part(Clients)
        runtime().part(Adapters)
        self._crew = Crew(AT_ONCE)
        self._working: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Works the queue until it is empty, behind the requests."""
        if self._working is None or self._working.done():
            self._working = background(self._drain(), "material-worker")

    async def work(self, size: int) -> Outcomes:
        """Works a batch now. Raises DatabaseFailure."""
        return await self._crew.work_batch(size)

    async def _drain(self) -> None:
        try:
            while (await self._crew.work_batch(settings.MATERIAL_WORKER_BATCH)).processed:
                pass
        except DatabaseFailure as error:
            log.warning("queue_not_read", error=type(error).__name__)

    async def close(self) -> None:
        """Gives back what is in work."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.wait([self._working])


async def look() -> None:
    """Works what is due and nobody has woken us for: retries, and jobs of dead workers."""
    if settings.MATERIAL_WORKER_MODE == "local":
        runtime().part(LocalWorker).wake()


LOOKING = Job("material-queue", LOOK_EVERY_S, look)
