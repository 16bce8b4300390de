"""Work on every thread of a lane."""

import asyncio
from threading import Barrier
from typing import TypeVar

from stemcore.database import SHORT, Lane, Unit

R = TypeVar("R")

PATIENCE_S = 4.0  # of a lane's five


async def on_every_thread(unit: Unit[[], R], lane: Lane = SHORT) -> list[R]:
    """What a unit gives on each thread of a lane, and so on each connection.

    A crowd of calls need not reach them all: those that are awake may be done with it before the
    last one has its turn.
    """
    together = Barrier(lane.threads)
    return await asyncio.gather(*(_meeting(together, unit, lane)() for _ in range(lane.threads)))


def _meeting(others: Barrier, unit: Unit[[], R], lane: Lane) -> Unit[[], R]:
    """The unit, which first waits for the others; not so when it is run again."""
    met = False

    def work() -> R:
        nonlocal met
        if not met:
            met = True
            others.wait(PATIENCE_S)
        return unit.sync()

    return Unit(work, lane=lane, atomic=False)
