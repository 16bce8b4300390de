"""Ends, from every server process, the admissions that dead processes left."""

import asyncio
from weakref import WeakKeyDictionary

from django.db import Error as DatabaseFailure
from structlog import get_logger

from stemcore.guests import admissions
from stemcore.guests.leases import run

log = get_logger(__name__)

SWEEP_EVERY_S = 3.0

_sweepers: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]] = WeakKeyDictionary()


def start_sweeping() -> None:
    """Sweeps from now on, as long as the running event loop lives."""
    loop = asyncio.get_running_loop()
    _sweepers[loop] = asyncio.create_task(_sweep_on(), name="guest-sweeper")


def stop_sweeping() -> None:
    """Ends the sweeping of the running event loop."""
    sweeper = _sweepers.pop(asyncio.get_running_loop(), None)
    if sweeper is not None:
        sweeper.cancel()


async def _sweep_on() -> None:
    while True:
        try:
            await sweep()
        except DatabaseFailure as error:
            log.warning("guests_not_swept", error=type(error).__name__)
        await asyncio.sleep(SWEEP_EVERY_S)


async def sweep() -> None:
    """Ends what is expired; one query when there is nothing to do. Raises DatabaseFailure."""
    if await admissions.needs_sweeping():
        while await run(admissions.sweep_next):
            pass
