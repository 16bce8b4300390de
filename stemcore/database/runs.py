"""Runs: one call of a unit, until when it may go on, and whether anybody still wants it.

The run is known to the connection it works on (`stemcore.database.postgres`), which looks at it
before each statement, while it waits for an answer, and last of all before it commits.
"""

from contextvars import ContextVar
from time import monotonic

from django.db import OperationalError

from stemcore.database.lanes import Lane

WIND_UP_S = 1.0
"""What a commit or rollback may take, whatever was left of the run."""


class UnitTimeout(OperationalError):
    """A unit did not come to its end in time.

    Nothing of it was stored, unless the database fell silent over its commit.
    """


class Run:
    """One call of a unit, made in the event loop and carried out in a thread.

    `until` is when it must have ended, on the monotonic clock.
    """

    __slots__ = (
        "answered",
        "began",
        "broken",
        "lane",
        "over",
        "started",
        "until",
        "unwanted",
        "winding_up",
    )

    def __init__(self, lane: Lane, until: float) -> None:
        self.lane = lane
        self.until = until
        self.began = monotonic()
        self.started = 0.0
        """When a thread took it up; 0 until then."""
        self.unwanted = False
        """The caller has gone."""
        self.over = False
        """The run was ended before its work was done."""
        self.answered = False
        """The database has carried out a statement."""
        self.broken = False
        """The connection was lost."""
        self.winding_up = False
        """The commit or rollback has begun."""

    def start(self) -> None:
        """From now on the lane's limit counts, too."""
        self.started = monotonic()
        self.until = min(self.until, self.started + self.lane.limit_s)

    def left(self) -> float:
        """Seconds until the run must end; 0 when it must have ended."""
        if not self.winding_up and (self.unwanted or self.began <= _ended):
            return 0.0
        return max(0.0, self.until - monotonic())

    def wind_up(self) -> None:
        """Gives the run the time for its commit or rollback, wanted or not."""
        self.winding_up = True
        self.until = max(self.until, monotonic() + WIND_UP_S)


running: ContextVar[Run | None] = ContextVar("running", default=None)
"""The run in hand; None outside units, where nothing limits the work."""

_ended = 0.0


def end_runs() -> None:
    """Ends all that runs now; for the end of a process."""
    global _ended
    _ended = monotonic()
