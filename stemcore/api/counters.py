"""Counters in Postgres, as a cache of Django: exact, and shared by all processes.

Django's own database cache adds up in Python, so it loses counts; here one statement counts. It
serves `django-ratelimit` where there is no Redis, and does no more than that asks for.
"""

from threading import local
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

from stemcore.database import prepared_cursor

SWEPT = 100


class PostgresCounters(BaseCache):
    """A cache of whole numbers that expire; the table is that of `ThrottleCount`."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._told = local()

    def add(
        self,
        key: str,
        value: int,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Counts: sets a counter that is not there or expired, and returns whether it did.

        Of one that is there this is the first half of `add(key, n) or incr(key, n)`, the only way
        in which `django-ratelimit` counts: the one statement adds up as well, and the `incr` that
        follows in the same thread tells the sum without another.
        """
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        stored = self.make_and_validate_key(key, version)
        with prepared_cursor() as cursor:
            cursor.execute(
                "INSERT INTO throttle_counts AS stored (key, count, expires_at)"
                " VALUES (%s, %s, now() + make_interval(secs => %s)) ON CONFLICT (key) DO UPDATE"
                " SET count = excluded.count"
                "  + CASE WHEN stored.expires_at > now() THEN stored.count ELSE 0 END,"
                " expires_at = CASE WHEN stored.expires_at > now()"
                "  THEN stored.expires_at ELSE excluded.expires_at END"
                " RETURNING count",
                [stored, value, seconds],
            )
            [count] = cursor.fetchone()
        if count == value:
            self._sweep()
            return True
        self._told.sums = {stored: count}
        return False

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Adds to a counter and returns what it is now. Raises ValueError when it is not there."""
        stored = self.make_and_validate_key(key, version)
        told: dict[str, int] = getattr(self._told, "sums", {})
        if stored in told:
            return told.pop(stored)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE throttle_counts SET count = count + %s"
                " WHERE key = %s AND expires_at > now() RETURNING count",
                [delta, stored],
            )
            found = cursor.fetchone()
        if found is None:
            raise ValueError("the counter is not there")
        return int(found[0])

    def _sweep(self) -> None:
        """Removes some expired counters; those that another process removes are left to it."""
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM throttle_counts WHERE key IN (SELECT key FROM throttle_counts"
                " WHERE expires_at <= now() LIMIT %s FOR UPDATE SKIP LOCKED)",
                [SWEPT],
            )
