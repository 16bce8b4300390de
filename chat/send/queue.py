"""The queue of sends to one session: whose turn is it?

Tickets are taken under the session's row lock, so their numbers follow the order of arrival over
all processes. Nobody holds a connection while waiting: the next in line asks again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from django.db import DatabaseError, connection
from django.db.models.functions import Now
from structlog import get_logger

from chat.errors import ResponseGenerationFailed
from chat.models import SendTicket
from chat.send.context import Conversation, load, own_session, require_words
from chat.visits import Visit
from stemcore.database import UPKEEP, read, write
from stemcore.deadline import Deadline

log = get_logger(__name__)

# What the last commit may take after the deadline: until then the next send waits.
GRACE_S = 5.0

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 0.25
TIMED_OUT = "The answer timed out."
WAITED = f"{TIMED_OUT} An earlier message was still in work."


@asynccontextmanager
async def turn_in(
    visit: Visit, session_id: UUID, message: str, deadline: Deadline
) -> AsyncIterator[tuple[UUID, Conversation]]:
    """The ticket of a send and the conversation as it stands when its turn has come.

    The block stores the exchange and drops the ticket in one unit; a ticket that it leaves,
    cancelled or failed, is given back. Raises ClassAccessRequired,
    SessionNotFound, SendSessionOwnerMismatch, SessionArchived, BlankField and BlueprintRequired,
    in this order, and ResponseGenerationFailed when the turn does not come in time.
    """
    ticket = uuid4()
    try:
        conversation = await _join(visit, session_id, message, ticket, deadline)
    except (asyncio.CancelledError, DatabaseError):
        await asyncio.shield(return_ticket(ticket))  # it may have been taken all the same
        raise
    try:
        if conversation is None:
            conversation = await _when_first(visit, session_id, ticket, deadline)
        yield ticket, conversation
    except BaseException:  # a cancelled send gives its ticket back as a failed one does
        await asyncio.shield(return_ticket(ticket))
        raise


async def _when_first(
    visit: Visit, session_id: UUID, ticket: UUID, deadline: Deadline
) -> Conversation:
    """The conversation, once every earlier send to the session is done."""
    wait = FIRST_WAIT_S
    while not deadline.expired:
        await asyncio.sleep(min(wait, deadline.remaining()))
        conversation = await _load_when_first(visit, session_id, ticket)
        if conversation is not None:
            return conversation
        wait = min(2 * wait, LONGEST_WAIT_S)
    raise ResponseGenerationFailed(WAITED)


@write
def _join(
    visit: Visit, session_id: UUID, message: str, ticket: UUID, deadline: Deadline
) -> Conversation | None:
    """Takes a ticket, and loads the conversation when no earlier send is waiting."""
    membership = visit.enter()
    own_session(visit.class_id, visit.user.id, session_id, locked=True)
    require_words(message)
    is_leading = take_ticket(ticket, session_id, deadline)
    return load(membership, session_id) if is_leading else None


@read
def _load_when_first(visit: Visit, session_id: UUID, ticket: UUID) -> Conversation | None:
    """The conversation as soon as every earlier send is done."""
    if not is_first(ticket, session_id):
        return None
    membership = visit.enter()
    own_session(visit.class_id, visit.user.id, session_id)
    return load(membership, session_id)


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


def redeem_ticket(key: UUID) -> None:
    """Removes the ticket of a send that stores its exchange, in the unit that stores it.

    Raises ResponseGenerationFailed for one that has run out: later sends may have gone on.
    """
    deleted, _ = SendTicket.objects.filter(key=key, expires_at__gt=Now()).delete()
    if not deleted:
        raise ResponseGenerationFailed(TIMED_OUT)


def sweep_tickets() -> None:
    """Removes tickets of dead processes; what another process is removing is left to it.

    To be called in a transaction.
    """
    expired = SendTicket.objects.filter(expires_at__lt=Now()).select_for_update(skip_locked=True)
    SendTicket.objects.filter(id__in=expired.values("id")).delete()


@write(lane=UPKEEP)
def _drop(key: UUID) -> None:
    SendTicket.objects.filter(key=key).delete()
    sweep_tickets()  # seldom enough here: no send that succeeds pays for it


async def return_ticket(key: UUID) -> None:
    """Removes the ticket of a send that failed."""
    try:
        await _drop(key)
    except DatabaseError as error:
        # The send's own failure is what the caller must hear; the ticket expires by itself.
        log.warning("send_ticket_left", error=type(error).__name__)
