"""One process makes a report, all others wait for it: single flight over any number of processes.

A flight is a row with an expiry. Who waits asks the database now and then and holds no connection
in between.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from django.db import connection
from django.db.models.functions import Now

from analytics.models import Flight
from stemcore.database import UPKEEP, read, write
from stemcore.deadline import Deadline

GRACE_S = 5.0
"""What storing a report may take after the deadline of its making."""
FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 0.5


class FlightLost(Exception):
    """The flight ran out and may be another's by now; what was made must not be stored."""


@asynccontextmanager
async def taken(key: str, deadline: Deadline) -> AsyncIterator[UUID | None]:
    """The holder's id while this process makes the report `key`, None while another does.

    The block stores its report in a unit that calls `land`; a flight that the block leaves in the
    air, cancelled or failed, is given back.
    """
    holder = uuid4()
    is_ours = True  # as long as it is not known: a taking that failed may have happened
    try:
        is_ours = await _take(key, holder, deadline.remaining() + GRACE_S)
        yield holder if is_ours else None
    finally:
        if is_ours:
            await asyncio.shield(_give_back(key, holder))


async def wait_for(key: str, deadline: Deadline) -> bool:
    """Waits while somebody makes the report; whether they ended before the deadline."""

    async def has_ended() -> bool:
        return not await _is_in_air(key)

    return bool(await deadline.poll(has_ended, FIRST_WAIT_S, LONGEST_WAIT_S))


def land(key: str, holder: UUID) -> None:
    """Ends a flight; in the unit that stores its report. Raises FlightLost."""
    landed, _ = Flight.objects.filter(key=key, holder=holder, expires_at__gt=Now()).delete()
    if not landed:
        raise FlightLost


@write
def _take(key: str, holder: UUID, lasts_s: float) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO analytics_flights AS flight (key, holder, expires_at)
            VALUES (%s, %s, statement_timestamp() + make_interval(secs => %s))
            ON CONFLICT (key) DO UPDATE
               SET holder = excluded.holder, expires_at = excluded.expires_at
             WHERE flight.expires_at <= statement_timestamp()
            """,
            [key, holder, lasts_s],
        )
        return bool(cursor.rowcount)


@read
def _is_in_air(key: str) -> bool:
    return Flight.objects.filter(key=key, expires_at__gt=Now()).exists()


@write(lane=UPKEEP)
def _give_back(key: str, holder: UUID) -> None:
    Flight.objects.filter(key=key, holder=holder).delete()
