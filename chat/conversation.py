"""What a send needs to know of its session, loaded in one unit of work."""

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
from chat.messages import newest_messages
from chat.models import ChatCompaction, ChatMessage, ChatSession
from chat.tickets import is_first, take_ticket
from chat.turns import Turn
from chat.visits import Visit
from classes.access import Membership
from learning.published import published_blueprint
from stemcore.database import read, write
from stemcore.deadline import Deadline
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


@write
def join_queue(
    visit: Visit, session_id: UUID, message: str, ticket: UUID, deadline: Deadline
) -> Conversation | None:
    """Takes a ticket, and loads the conversation when no earlier send is waiting.

    Raises ClassAccessRequired, SessionNotFound, SendSessionOwnerMismatch, SessionArchived,
    BlankField and BlueprintRequired, in this order and without a ticket taken.
    """
    membership = visit.enter()
    session = lock_own_session(visit.class_id, visit.user.id, session_id)
    if not visible_text(message).strip():
        raise BlankField.of_field("message", "must not be blank")
    is_leading = take_ticket(ticket, session_id, deadline)
    return _load(membership, session) if is_leading else None


@read
def load_when_first(visit: Visit, session_id: UUID, ticket: UUID) -> Conversation | None:
    """The conversation as soon as every earlier send is done. Raises as `join_queue` does."""
    if not is_first(ticket, session_id):
        return None
    membership = visit.enter()
    return _load(membership, own_session(visit.class_id, visit.user.id, session_id))


def own_session(
    class_id: UUID, user_id: UUID, session_id: UUID, *, locked: bool = False
) -> ChatSession:
    """The user's session, fit to be sent to.

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


def lock_own_session(class_id: UUID, user_id: UUID, session_id: UUID) -> ChatSession:
    """As `own_session`, with the session's row locked until the transaction ends."""
    return own_session(class_id, user_id, session_id, locked=True)


def _load(membership: Membership, session: ChatSession) -> Conversation:
    blueprint = published_blueprint(membership.class_id)
    if blueprint is None:
        raise BlueprintRequired
    newest_first = newest_messages(session.id, None, LOADED_MESSAGES)
    return Conversation(
        membership=membership,
        session_id=session.id,
        turns=[_turn(message) for message in reversed(newest_first)],
        memory=stored_memory(session.id),
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
