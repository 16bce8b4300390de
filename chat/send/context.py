"""What a send needs to know of its session; to be called in a unit of work."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chat import queries
from chat.compaction import Memory
from chat.compaction.summary import read_summary
from chat.errors import (
    BlueprintRequired,
    SendSessionOwnerMismatch,
    SessionArchived,
    SessionNotFound,
)
from chat.turns import Turn
from classes.access import Membership
from learning.published import stored_outline

LOADED_MESSAGES = 180


@dataclass(frozen=True)
class Conversation:
    """A session as it stands when its next message is answered; `turns` are oldest first."""

    membership: Membership
    session_id: UUID
    turns: Sequence[Turn]
    memory: Memory
    blueprint: str
    embedding_provider: str | None
    """Of the class's materials; None without any."""


def require_own_session(session: queries.SessionState, user_id: UUID) -> None:
    """Raises SessionNotFound, SendSessionOwnerMismatch and SessionArchived."""
    if session.owner_user_id is None:
        raise SessionNotFound
    if session.owner_user_id != user_id:
        raise SendSessionOwnerMismatch
    if session.archived_at is not None:
        raise SessionArchived


def load_when_first(membership: Membership, session_id: UUID, ticket: UUID) -> Conversation | None:
    """The conversation, when no earlier ticket of the session counts. Raises BlueprintRequired."""
    loaded = queries.load_when_first(membership.class_id, session_id, ticket, LOADED_MESSAGES)
    if loaded is None:
        return None
    if loaded.blueprint is None:
        raise BlueprintRequired
    found = loaded.blueprint
    return Conversation(
        membership=membership,
        session_id=session_id,
        turns=loaded.turns[::-1],
        memory=_memory(loaded.memory),
        blueprint=stored_outline(found.id, found.summary, found.content).text,
        embedding_provider=loaded.embedding_provider,
    )


def _memory(stored: queries.StoredMemory | None) -> Memory:
    if stored is None:
        return Memory()
    return Memory(read_summary(stored.summary), stored.through, stored.turn_count)
