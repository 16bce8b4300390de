"""Ends the admissions that dead processes left, and counts what is owed, in every process."""

import asyncio

from django.db import Error as DatabaseFailure
from structlog import get_logger

from stemcore.guests import admissions
from stemcore.guests.retries import run
from stemcore.runtime import runtime

log = get_logger(__name__)

SWEEP_EVERY_S = 3.0


class Sweeper:
    """Sweeps from its making until it is closed."""

    def __init__(self) -> None:
        self._sweeping = asyncio.create_task(_sweep_on(), name="guest-sweeper")

    async def close(self) -> None:
        self._sweeping.cancel()


def start_sweeping() -> None:
    """Sweeps from now on, until the running event loop's runtime closes."""
    runtime().part(Sweeper)


async def _sweep_on() -> None:
    while True:
        try:
            await sweep()
        except DatabaseFailure as error:
            log.warning("guests_not_swept", error=type(error).__name__)
        await asyncio.sleep(SWEEP_EVERY_S)


async def sweep() -> None:
    """Counts what is owed and ends what is expired. Raises DatabaseFailure."""
    leftovers = await admissions.look_for_leftovers()
    while leftovers.expired and await run(admissions.sweep_next):
        pass
    while leftovers.owed and await run(admissions.count_next):
        pass
