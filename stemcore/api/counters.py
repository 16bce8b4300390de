"""Counters in Postgres, as a cache of Django: exact, and shared by all processes.

Django's own database cache adds up in Python, so it loses counts; here one statement counts. It
serves `django-ratelimit` where there is no Redis, and does no more than that asks for.
"""

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

SWEPT = 100


class PostgresCounters(BaseCache):
    """A cache of whole numbers that expire; the table is that of `ThrottleCount`."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(
        self,
        key: str,
        value: int,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Sets a counter that is not there or expired; returns whether it did."""
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO throttle_counts AS stored (key, count, expires_at)"
                " VALUES (%s, %s, now() + make_interval(secs => %s)) ON CONFLICT (key)"
                " DO UPDATE SET count = excluded.count, expires_at = excluded.expires_at"
                " WHERE stored.expires_at <= now()",
                [self.make_and_validate_key(key, version), value, seconds],
            )
            added: bool = cursor.rowcount == 1
        if added:
            self._sweep()
        return added

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Adds to a counter and returns what it is now. Raises ValueError when it is not there."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE throttle_counts SET count = count + %s"
                " WHERE key = %s AND expires_at > now() RETURNING count",
                [delta, self.make_and_validate_key(key, version)],
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
