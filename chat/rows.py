"""Sessions and messages as answers show them: every key, null where unknown."""

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from chat.models import ChatMessage, ChatSession
from stemcore.moments import iso
from stemcore.shown import Id, Moment, one_of


class SessionRow(TypedDict):
    """A chat session. More keys may follow."""

    id: Id
    class_id: Id
    owner_user_id: Id
    title: str
    is_pinned: bool
    archived_at: Moment | None
    last_message_at: Moment
    created_at: Moment
    updated_at: Moment


SESSION_KEYS = tuple(SessionRow.__annotations__)
"""Those of a session's row; the table's columns have the same names."""


class StoredCitation(TypedDict):
    """A source as it is stored with a message."""

    sourceLabel: str
    """The label of the source, as it stood in the context."""
    snippet: NotRequired[str]
    """What it is cited for."""


class MessageRow(TypedDict):
    """A stored message. More keys may follow."""

    id: Id
    session_id: Id
    class_id: Id
    author_user_id: Id | None
    """Null of the assistant."""
    author_kind: Annotated[str, one_of("student", "teacher", "assistant")]
    content: str
    citations: list[StoredCitation]
    safety: Annotated[str, one_of("ok", "refusal")] | None
    """Of the assistant's messages: whether it answered or refused."""
    provider: str | None
    model: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None
    latency_ms: int | None
    created_at: Moment


MESSAGE_KEYS = tuple(MessageRow.__annotations__)
"""Those of a message's row; the table's columns have the same names."""


def session_row(session: ChatSession) -> SessionRow:
    return {
        "id": str(session.id),
        "class_id": str(session.classroom_id),
        "owner_user_id": str(session.owner_user_id),
        "title": session.title,
        "is_pinned": session.is_pinned,
        "archived_at": iso(session.archived_at) if session.archived_at else None,
        "last_message_at": iso(session.last_message_at),
        "created_at": iso(session.created_at),
        "updated_at": iso(session.updated_at),
    }


def message_row(message: ChatMessage) -> MessageRow:
    return {
        "id": str(message.id),
        "session_id": str(message.session_id),
        "class_id": str(message.classroom_id),
        "author_user_id": str(message.author_user_id) if message.author_user_id else None,
        "author_kind": message.author_kind,
        "content": message.content,
        "citations": message.citations,
        "safety": message.safety,
        "provider": message.provider,
        "model": message.model,
        "prompt_tokens": message.prompt_tokens,
        "completion_tokens": message.completion_tokens,
        "total_tokens": message.total_tokens,
        "latency_ms": message.latency_ms,
        "created_at": iso(message.created_at),
    }
