"""What Postgres knows and every process would say alike: read when metrics are asked for.

    register(Reading("stem_guest_slots", "Slots of guests.", "state", "SELECT 'taken', count(*) …"))

All readings are one statement, which ends with the time that a scrape has.
"""

import asyncio
from dataclasses import dataclass

from django.db import Error as DatabaseFailure
from django.db import connection

from stemcore.database import read

LIMIT_S = 2.0


@dataclass(frozen=True)
class Reading:
    """A gauge; `sql` selects pairs of the label's value and a number."""

    name: str
    help: str
    label: str
    sql: str


readings: dict[str, Reading] = {}

Row = tuple[str, str, float]
"""Name of a reading, its label's value, and the number."""


def register(reading: Reading) -> None:
    """Adds a gauge; apps do so when they are ready."""
    readings[reading.name] = reading


async def take() -> list[Row] | None:
    """All readings now; None when the database does not answer in time."""
    try:
        async with asyncio.timeout(LIMIT_S):
            return await _rows()
    except (DatabaseFailure, TimeoutError):
        return None


@read
def _rows() -> list[Row]:
    parts = [f"SELECT '{one.name}', found.* FROM ({one.sql}) found" for one in readings.values()]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return [(name, label, float(value)) for name, label, value in cursor.fetchall()]
