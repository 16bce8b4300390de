"""What a send needs to know of its session; to be called in a unit of work."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chat.compaction import Memory
from chat.compaction.summary import read_summary
from chat.errors import (
    BlueprintRequired,
    SendSessionOwnerMismatch,
    SessionArchived,
    SessionNotFound,
)
from chat.models import ChatCompaction, ChatMessage, ChatSession
from chat.turns import Turn
from chat.workspace.pages import newest_messages
from classes.access import Membership
from learning.published import published_blueprint
from stemcore.errors import BlankField
from stemcore.prompts import visible_text

LOADED_MESSAGES = 180


@dataclass(frozen=True)
class Conversation:
    """A session as it stands when its next message is answered; `turns` are oldest first."""

    membership: Membership
    session_id: UUID
    turns: Sequence[Turn]
    memory: Memory
    blueprint: str


def own_session(
    class_id: UUID, user_id: UUID, session_id: UUID, *, locked: bool = False
) -> ChatSession:
    """The user's session, fit to be sent to; `locked` until the transaction ends.

    Raises SessionNotFound, SendSessionOwnerMismatch and SessionArchived.
    """
    sessions = ChatSession.objects.filter(id=session_id, classroom_id=class_id)
    if locked:
        # NO KEY: other rows may refer to the session meanwhile.
        sessions = sessions.select_for_update(no_key=True)
    session = sessions.first()
    if session is None:
        raise SessionNotFound
    if session.owner_user_id != user_id:
        raise SendSessionOwnerMismatch
    if session.archived_at is not None:
        raise SessionArchived
    return session


def require_words(message: str) -> None:
    """Raises BlankField for a message without anything visible."""
    if not visible_text(message).strip():
        raise BlankField.of_field("message", "must not be blank")


def load(membership: Membership, session_id: UUID) -> Conversation:
    """The conversation; to be called in a unit. Raises BlueprintRequired."""
    blueprint = published_blueprint(membership.class_id)
    if blueprint is None:
        raise BlueprintRequired
    newest_first = newest_messages(session_id, None, LOADED_MESSAGES)
    return Conversation(
        membership=membership,
        session_id=session_id,
        turns=[_turn(message) for message in reversed(newest_first)],
        memory=stored_memory(session_id),
        blueprint=blueprint.text,
    )


def stored_memory(session_id: UUID) -> Memory:
    """What is compacted of a session so far; to be called in a unit."""
    row = ChatCompaction.objects.filter(session_id=session_id).first()
    if row is None or row.compacted_through_created_at is None:
        return Memory()
    # Without an id, everything of that moment counts as compacted.
    last_id = row.compacted_through_message_id or UUID(int=2**128 - 1)
    return Memory(
        summary=read_summary(row.summary_json),
        through=(row.compacted_through_created_at, last_id),
        turn_count=row.compacted_turn_count,
    )


def _turn(message: ChatMessage) -> Turn:
    return Turn(
        id=message.id,
        author=message.author_kind,
        text=message.content,
        created_at=message.created_at,
        cited=bool(message.citations),
        refused=message.safety == "refusal",
    )
