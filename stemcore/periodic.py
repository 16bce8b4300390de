"""Work that every server process does from time to time, as long as it lives.

Each job is safe beside itself in other processes, and does little when there is nothing to do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from django.db import Error as DatabaseFailure
from structlog import get_logger

from stemcore.runtime import runtime

log = get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """`work` is done at once and then `every_s` seconds after it was last done."""

    name: str
    every_s: float
    work: Callable[[], Awaitable[object]]


_jobs: dict[str, Job] = {}


def register(job: Job) -> None:
    """Adds a job; apps do so when they are ready."""
    _jobs[job.name] = job


class Periodic:
    """Does all registered jobs from its making until it is closed."""

    def __init__(self) -> None:
        self._tasks = [
            asyncio.create_task(_repeat(job), name=f"periodic-{name}")
            for name, job in _jobs.items()
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()


def start_jobs() -> None:
    """Does the jobs from now on, until the running event loop's runtime closes."""
    runtime().part(Periodic)


async def _repeat(job: Job) -> None:
    while True:
        try:
            await job.work()
        except DatabaseFailure as error:
            log.warning("periodic_job_failed", job=job.name, error=type(error).__name__)
        await asyncio.sleep(job.every_s)
