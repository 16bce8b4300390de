"""Ends the admissions that dead processes left, and counts what is owed, in every process."""

from stemcore.guests import admissions
from stemcore.guests.retries import run
from stemcore.periodic import Job

SWEEP_EVERY_S = 3.0


async def sweep() -> None:
    """Counts what is owed and ends what is expired. Raises DatabaseFailure."""
    leftovers = await admissions.look_for_leftovers()
    while leftovers.expired and await run(admissions.sweep_next):
        pass
    while leftovers.owed and await run(admissions.count_next):
        pass


SWEEPING = Job("guest-sweep", SWEEP_EVERY_S, sweep)
