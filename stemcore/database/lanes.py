"""Lanes: which threads a unit of database work runs on.

Each lane has threads of its own, so what hangs or takes long in one holds up none of the others.
Every thread keeps one connection: the lanes together are the process's connection pool.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Lane:
    """Threads for one kind of work.

    `threads` is how many there are, and how many connections they hold.
    """

    name: str
    threads: int

    @cached_property
    def executor(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.threads, thread_name_prefix=f"database-{self.name}")


SHORT = Lane("short", threads=4)
"""What a request asks for in milliseconds; every unit that names no lane."""

LONG = Lane("long", threads=2)
"""Searches and reports."""

UPKEEP = Lane("upkeep", threads=1)
"""What goes on behind the requests and must come to its end without them: leases, call log."""

HEALTH = Lane("health", threads=1)
"""The question whether the database answers."""

LANES = (SHORT, LONG, UPKEEP, HEALTH)
