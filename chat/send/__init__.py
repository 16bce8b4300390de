"""Sending a message: its turn in the session's queue, its answer, and the stored exchange."""

from chat.requests import SendMessage
from chat.send.answer import answer_message
from chat.send.queue import turn_in
from chat.send.store import Exchange, store_exchange
from chat.visits import Visit
from stemcore.guests.leases import store_and_settle


async def send_message(visit: Visit, body: SendMessage) -> Exchange:
    """The stored exchange of a message and its answer.

    Raises ClassAccessRequired, SessionNotFound, SendSessionOwnerMismatch, SessionArchived,
    BlankField, BlueprintRequired and ResponseGenerationFailed; then nothing is stored.
    """
    deadline = body.deadline()
    async with turn_in(visit, body.session_id, body.message, deadline) as (ticket, conversation):
        answered = await answer_message(body, conversation, deadline)
        return await store_and_settle(store_exchange, conversation, body.message, answered, ticket)
