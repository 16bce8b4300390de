"""Sending a message: its turn in the session's queue, its answer, and the stored exchange."""

from chat.errors import ResponseGenerationFailed
from chat.requests import SendMessage
from chat.send.answer import answer_message
from chat.send.queue import TIMED_OUT, turn_in
from chat.send.store import Exchange, store_exchange
from chat.visits import Visit
from stemcore.database.runs import UnitTimeout
from stemcore.deadline import Deadline
from stemcore.guests.leases import store_and_settle


async def send_message(visit: Visit, body: SendMessage) -> Exchange:
    """The stored exchange of a message and its answer.

    Raises ClassAccessRequired, ClassArchived, SessionNotFound, SendSessionOwnerMismatch,
    SessionArchived, BlankField, BlueprintRequired, ResponseGenerationFailed and, for guests,
    GuestRateLimitUnavailable; then nothing is stored.
    """
    try:
        return await _send(visit, body, body.deadline())
    except UnitTimeout:
        raise ResponseGenerationFailed(TIMED_OUT) from None


async def _send(visit: Visit, body: SendMessage, deadline: Deadline) -> Exchange:
    async with turn_in(visit, body.session_id, body.message, deadline) as (ticket, conversation):
        answered = await answer_message(body, conversation, deadline)
        if deadline.expired:  # the caller has given up: what is stored now would surprise
            raise ResponseGenerationFailed(TIMED_OUT)
        return await store_and_settle(store_exchange, conversation, body.message, answered, ticket)
