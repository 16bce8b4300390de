"""The queue of sends to one session: whose turn is it?

Tickets are taken under the session's row lock, so their numbers follow the order of arrival over
all processes. Nobody holds a connection while waiting: the next in line asks again.
"""

from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models.functions import Now
from structlog import get_logger

from chat.models import SendTicket
from stemcore.database import write
from stemcore.deadline import Deadline

log = get_logger(__name__)

# What storing may take after the deadline: until then the next send waits.
GRACE_S = 5.0


def take_ticket(key: UUID, session_id: UUID, deadline: Deadline) -> bool:
    """Adds a ticket and says whether it is the first of its session.

    To be called in a unit that holds the lock on the session's row.
    """
    lasts_s = deadline.remaining() + GRACE_S
    with connection.cursor() as cursor:
        # The question is answered as things stood before the statement, without the new ticket.
        cursor.execute(
            """
            with taken as (
                insert into send_tickets (key, session_id, expires_at)
                values (%s, %s, statement_timestamp() + make_interval(secs => %s))
            )
            select not exists (
                select from send_tickets
                where session_id = %s and expires_at > statement_timestamp()
            )
            """,
            [key, session_id, lasts_s, session_id],
        )
        (is_leading,) = cursor.fetchone()
    return bool(is_leading)


def is_first(key: UUID, session_id: UUID) -> bool:
    """Whether the ticket still counts and no earlier one of its session does.

    To be called in a unit.
    """
    waiting = SendTicket.objects.filter(session_id=session_id, expires_at__gt=Now())
    return waiting.order_by("id").values_list("key", flat=True).first() == key


def drop_ticket(key: UUID) -> None:
    """Removes a ticket; to be called in a unit."""
    SendTicket.objects.filter(key=key).delete()


def sweep_tickets() -> None:
    """Removes tickets of dead processes; what another process is removing is left to it.

    To be called in a transaction.
    """
    expired = SendTicket.objects.filter(expires_at__lt=Now()).select_for_update(skip_locked=True)
    SendTicket.objects.filter(id__in=expired.values("id")).delete()


@write
def _drop(key: UUID) -> None:
    drop_ticket(key)
    sweep_tickets()  # seldom enough here: no send that succeeds pays for it


async def return_ticket(key: UUID) -> None:
    """Removes the ticket of a send that failed."""
    try:
        await _drop(key)
    except DatabaseError as error:
        # The send's own failure is what the caller must hear; the ticket expires by itself.
        log.warning("send_ticket_left", error=type(error).__name__)
