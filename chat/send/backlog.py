"""Compacting what is due, also what lies before the messages that a send loads."""

from collections.abc import AsyncIterator
from uuid import UUID

from django.utils import timezone

from chat import queries
from chat.compaction import Compacting, Compaction, due_reason
from chat.compaction.terms import SCANNED_CHARS
from chat.send.context import LOADED_MESSAGES, Conversation
from chat.turns import Place, Turn
from stemcore.aside import aside
from stemcore.database import LONG, read
from stemcore.text import estimate_tokens

BATCH = 250


async def compact_if_due(conversation: Conversation, message: str) -> Compaction | None:
    """The compaction that is due before a message is answered, or None.

    However many messages wait to be compacted, a batch of them is held at a time. The scoring is
    done in a thread, so that nobody else waits for it.
    """
    turns, memory = conversation.turns, conversation.memory
    reason = due_reason(turns, memory, message, estimate_tokens(conversation.blueprint))
    if reason is None:
        return None
    older = await _older_count(conversation)
    making = Compacting(turns, memory, message, reason, older)
    if older:
        async for batch in _older_turns(conversation):
            await aside(making.add_older, batch)
    return await aside(making.finish, timezone.now())


async def _older_count(conversation: Conversation) -> int:
    """How many messages are neither compacted nor loaded."""
    turns, through = conversation.turns, conversation.memory.through
    if len(turns) < LOADED_MESSAGES or (through is not None and turns[0].place <= through):
        return 0
    return await _count(conversation.session_id, through, turns[0].place)


async def _older_turns(conversation: Conversation) -> AsyncIterator[list[Turn]]:
    """The messages that are neither compacted nor loaded, oldest first, in batches."""
    before, after = conversation.turns[0].place, conversation.memory.through
    while batch := await _batch(conversation.session_id, after, before):
        yield batch
        after = batch[-1].place


@read(lane=LONG)
def _count(session_id: UUID, after: Place | None, before: Place) -> int:
    return queries.count_between(session_id, after, before)


@read(lane=LONG)
def _batch(session_id: UUID, after: Place | None, before: Place) -> list[Turn]:
    return queries.turns_between(session_id, after, before, chars=SCANNED_CHARS, most=BATCH)
