"""The queue of sends to one session: whose turn is it?

Tickets are taken under the session's row lock, so their numbers follow the order of arrival over
all processes. Nobody holds a connection while waiting: the next in line asks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now
from structlog import get_logger

from chat.models import SendTicket
from stemcore.database import write
from stemcore.deadline import Deadline

log = get_logger(__name__)

# What storing may take after the deadline: until then the next send waits.
GRACE_S = 5.0
# Far more than wait for one session; bounds what a heap of expired tickets can cost.
QUEUE_LIMIT = 1_000
_EXPIRED = ExpressionWrapper(Q(expires_at__lt=Now()), BooleanField())


def take_ticket(key: UUID, session_id: UUID, deadline: Deadline) -> bool:
    """Adds a ticket and says whether it is the first of its session.

    To be called in a unit that holds the lock on the session's row.
    """
    lasts = timedelta(seconds=deadline.remaining() + GRACE_S)
    SendTicket.objects.create(key=key, session_id=session_id, expires_at=Now() + lasts)
    queue = _queue(session_id)
    _sweep([waiting for waiting in queue if waiting.expired])
    return _leads(key, queue)


def is_first(key: UUID, session_id: UUID) -> bool:
    """Whether the ticket still counts and no earlier one of its session does.

    To be called in a unit.
    """
    return _leads(key, _queue(session_id))


@dataclass(frozen=True)
class _Waiting:
    id: int
    key: UUID
    expired: bool


def _queue(session_id: UUID) -> list[_Waiting]:
    """The tickets of a session in order, and among them some expired ones of any session."""
    tickets = (
        SendTicket.objects.filter(Q(session_id=session_id) | Q(_EXPIRED))
        .order_by("id")
        .values_list("id", "key", _EXPIRED)
    )
    return [_Waiting(*ticket) for ticket in tickets[:QUEUE_LIMIT]]


def _leads(key: UUID, queue: Sequence[_Waiting]) -> bool:
    first = next((waiting for waiting in queue if not waiting.expired), None)
    return first is not None and first.key == key


def _sweep(expired: Sequence[_Waiting]) -> None:
    """Removes tickets of dead processes; what another process is removing is left to it."""
    if expired:
        ids = [waiting.id for waiting in expired]
        unlocked = SendTicket.objects.filter(id__in=ids).select_for_update(skip_locked=True)
        SendTicket.objects.filter(id__in=unlocked.values("id")).delete()


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
