"""The queue of sends to one session: whose turn is it?

Tickets are taken under the session's row lock, so their numbers follow the order of arrival over
all processes. Nobody holds a connection while waiting: the next in line asks again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID, uuid4

from django.db import DatabaseError
from django.db.models.functions import Now
from structlog import get_logger

from chat import queries
from chat.errors import ResponseGenerationFailed
from chat.models import SendTicket
from chat.send.context import Conversation, load_when_first, require_own_session
from chat.visits import Visit
from classes.access import Membership
from classes.errors import ClassArchived
from stemcore.database import SHORT, UPKEEP, Unit, limited, read, write
from stemcore.deadline import Deadline
from stemcore.errors import BlankField, DomainError

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

    The block stores the exchange and redeems the ticket in one unit; a ticket that it leaves,
    cancelled or failed, is given back. Raises ClassAccessRequired, ClassArchived, SessionNotFound,
    SendSessionOwnerMismatch, SessionArchived and BlankField, in this order and without a ticket
    taken; then BlueprintRequired, and ResponseGenerationFailed when the turn does not come in time.
    """
    ticket = uuid4()
    lasts_s = deadline.remaining() + GRACE_S
    try:
        conversation = await _join(visit, session_id, message, ticket, lasts_s)
        if conversation is None:
            conversation = await _when_first(visit, session_id, ticket, deadline)
        yield ticket, conversation
    except _Refused as refused:
        raise refused.why from None
    except BaseException:  # a cancelled send gives its ticket back as a failed one does
        await asyncio.shield(return_ticket(ticket))
        raise


class _Refused(Exception):
    """No ticket was taken."""

    def __init__(self, why: DomainError) -> None:
        self.why = why


async def _when_first(
    visit: Visit, session_id: UUID, ticket: UUID, deadline: Deadline
) -> Conversation:
    """The conversation, once every earlier send to the session is done."""
    enter = partial(_enter_when_first, visit, session_id, ticket)
    conversation = await deadline.poll(enter, FIRST_WAIT_S, LONGEST_WAIT_S)
    if conversation is None:
        raise ResponseGenerationFailed(WAITED)
    return conversation


def _take_and_load(
    visit: Visit, session_id: UUID, message: str, ticket: UUID, lasts_s: float
) -> Conversation | None:
    """Takes a ticket, and loads the conversation when no earlier send is waiting."""
    try:
        membership = _take_ticket(visit, session_id, message, ticket, lasts_s)
    except DomainError as error:
        raise _Refused(error) from None
    return load_when_first(membership, session_id, ticket)


# No transaction of both: the ticket must be there for all to see before the numbers are looked at.
_join = Unit(_take_and_load, lane=SHORT, atomic=False)


def _take_ticket(
    visit: Visit, session_id: UUID, message: str, ticket: UUID, lasts_s: float
) -> Membership:
    with limited():  # the session's row may be locked
        membership, session = queries.take_ticket(
            visit, session_id, ticket, lasts_s=lasts_s, wanted=bool(message)
        )
    membership.require_open_class()
    require_own_session(session, visit.user.id)
    if not message:
        raise BlankField.of_field("message", "must not be blank")
    return membership


@read
def _enter_when_first(visit: Visit, session_id: UUID, ticket: UUID) -> Conversation | None:
    """The conversation as soon as every earlier send is done; access may have ended meanwhile."""
    return load_when_first(visit.enter(), session_id, ticket)


def redeem_ticket(conversation: Conversation, ticket: UUID) -> None:
    """Removes the ticket of a send that stores its exchange, in the unit that stores it.

    The session is locked until the transaction ends. Raises ClassArchived, SessionNotFound,
    SendSessionOwnerMismatch and SessionArchived when it changed meanwhile, and
    ResponseGenerationFailed for a ticket that has run out: later sends may have gone on.
    """
    membership = conversation.membership
    found = queries.redeem_ticket(membership.class_id, conversation.session_id, ticket)
    if found.class_archived:
        raise ClassArchived
    require_own_session(found.session, membership.user_id)
    if not found.counted:
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
