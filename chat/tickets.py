"""The queue of sends to one session: whose turn is it?

Tickets are taken under the session's row lock, so their numbers follow the order of arrival over
all processes. Nobody holds a connection while waiting: the next in line asks again.
"""

from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError
from django.db.models.functions import Now
from structlog import get_logger

from chat.models import SendTicket
from stemcore.database import write
from stemcore.deadline import Deadline

log = get_logger(__name__)

# What storing may take after the deadline: until then the next send waits.
GRACE_S = 5.0
SWEPT = 20


def take_ticket(key: UUID, session_id: UUID, deadline: Deadline) -> None:
    """Adds a ticket; to be called in a unit that holds the lock on the session's row."""
    _sweep()
    lasts = timedelta(seconds=deadline.remaining() + GRACE_S)
    SendTicket.objects.create(key=key, session_id=session_id, expires_at=Now() + lasts)


def _sweep() -> None:
    """Removes some tickets of dead processes; those that another process removes are left to it."""
    expired = SendTicket.objects.filter(expires_at__lt=Now()).select_for_update(skip_locked=True)
    SendTicket.objects.filter(id__in=expired.order_by("id").values("id")[:SWEPT]).delete()


def is_first(key: UUID, session_id: UUID) -> bool:
    """Whether the ticket still counts and no earlier one of its session does.

    To be called in a unit.
    """
    first = (
        SendTicket.objects.filter(session_id=session_id, expires_at__gt=Now())
        .order_by("id")
        .values_list("key", flat=True)
        .first()
    )
    return first == key


def drop_ticket(key: UUID) -> None:
    """Removes a ticket; to be called in a unit."""
    SendTicket.objects.filter(key=key).delete()


@write
def _drop(key: UUID) -> None:
    drop_ticket(key)


async def return_ticket(key: UUID) -> None:
    """Removes the ticket of a send that failed."""
    try:
        await _drop(key)
    except DatabaseError as error:
        # The send's own failure is what the caller must hear; the ticket expires by itself.
        log.warning("send_ticket_left", error=type(error).__name__)
