"""The sweep of rows whose chunk is gone."""

from materials.index.rows import NOWHERE, sweep_some
from stemcore.periodic import Job

SWEEP_EVERY_S = 300.0


async def sweep() -> int:
    """Looks at all rows, some at a time; the number of those removed. Raises DatabaseFailure."""
    removed, after = 0, NOWHERE
    while True:
        step = await sweep_some(after)
        removed += step.removed
        if step.next_after is None:
            return removed
        after = step.next_after


SWEEPING = Job("chunk-words-sweep", SWEEP_EVERY_S, sweep)
