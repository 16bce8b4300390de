"""Lanes: which threads a unit of database work runs on, and how long it may take there.

Each lane has threads of its own, so what hangs or takes long in one holds up none of the others.
Every thread keeps one connection: the lanes together are the process's connection pool, and
the threads of a server's lanes add up to the ten connections that a process may hold.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Lane:
    """Threads for one kind of work.

    `threads` is how many there are. A unit runs for `limit_s` at most, and its caller waits for
    `patience_s` at most: for a thread, for a lock, for a second run. `lock_wait_s` is how long a
    statement keeps its thread waiting for somebody else's lock. Where `bound` is set, a unit also
    ends with the deadline of its request.
    """

    name: str
    threads: int
    limit_s: float
    patience_s: float
    lock_wait_s: float = 0.05
    bound: bool = True

    @cached_property
    def executor(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.threads, thread_name_prefix=f"database-{self.name}")


SHORT = Lane("short", threads=4, limit_s=5.0, patience_s=9.0)
"""What a request asks for in milliseconds; every unit that names no lane."""

LONG = Lane("long", threads=2, limit_s=8.0, patience_s=20.0)
"""Searches and reports."""

UPKEEP = Lane("upkeep", threads=1, limit_s=3.0, patience_s=9.0, lock_wait_s=0.5, bound=False)
"""What goes on behind the requests and comes to its end without them: leases, call log."""

BULK = Lane("bulk", threads=1, limit_s=120.0, patience_s=300.0, bound=False)
"""Storing a whole material, in commands and workers; a server opens no connection for it."""

HEALTH = Lane("health", threads=1, limit_s=1.5, patience_s=1.5)
"""The question whether the database answers."""

ADMIN = Lane("admin", threads=2, limit_s=9.0, patience_s=9.0, lock_wait_s=5.0)
"""The admin's pages, whose threads `stemcore.asgi` keeps: a run is a whole request."""
