"""Work on every thread of a lane."""

import asyncio
from threading import Barrier
from typing import TypeVar

from stemcore.database import SHORT, Unit

R = TypeVar("R")

PATIENCE_S = 4.0  # of a lane's five


async def on_every_thread(unit: Unit[[], R]) -> list[R]:
    """What a unit of the short lane gives on each of its threads, and so on each connection.

    A crowd of calls need not reach them all: those that are awake may be done with it before the
    last one has its turn.
    """
    together = Barrier(SHORT.threads)
    return await asyncio.gather(*(_meeting(together, unit)() for _ in range(SHORT.threads)))


def _meeting(others: Barrier, unit: Unit[[], R]) -> Unit[[], R]:
    """The unit, which first waits for the others; not so when it is run again."""
    met = False

    def work() -> R:
        nonlocal met
        if not met:
            met = True
            others.wait(PATIENCE_S)
        return unit.sync()

    return Unit(work, lane=SHORT, atomic=False)
