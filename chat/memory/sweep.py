"""Removing memories whose class, session or user is gone.

The platform's tables know nothing of ours, so what goes there is found here.
"""

from typing import Final

from django.db import connection

from chat.memory.places import forget_places
from stemcore.database import UPKEEP, write
from stemcore.periodic import Job

SWEEP_EVERY_S: Final = 600.0
BATCH: Final = 100
SESSION_PREFIX: Final = "class-chat-"
"""Before the id of a session, in the key by which its conversation is known to an engine."""

_GONE: Final = """
    select p.key from memory_places p
    where not exists (select from classes c where c.id = p.class_id)
       or not exists (  -- guests have no profile
            select from profiles u where u.id = p.user_id
            union all select from guest_sandboxes g where g.user_id = p.user_id)
       or (p.session like %(prefix)s || '%%' and not exists (
            select from class_chat_sessions s
            where s.class_id = p.class_id and %(prefix)s || s.id::text = p.session))
    limit %(batch)s
    for update of p skip locked
"""


@write(lane=UPKEEP)
def sweep_batch() -> int:
    """How many places were forgotten, at most `BATCH`."""
    with connection.cursor() as cursor:
        cursor.execute(_GONE, {"prefix": SESSION_PREFIX, "batch": BATCH})
        keys = [key for (key,) in cursor.fetchall()]
    return forget_places(keys) if keys else 0


async def sweep() -> int:
    """How many places were forgotten. Raises DatabaseFailure."""
    forgotten = 0
    while count := await sweep_batch():
        forgotten += count
    return forgotten


SWEEPING = Job("chat-memory-sweep", SWEEP_EVERY_S, sweep)
