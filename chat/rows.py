"""Sessions and messages as answers show them: every key, null where unknown."""

from typing import TypedDict

from chat.models import ChatMessage, ChatSession
from stemcore.moments import iso


class SessionRow(TypedDict):
    id: str
    class_id: str
    owner_user_id: str
    title: str
    is_pinned: bool
    archived_at: str | None
    last_message_at: str
    created_at: str
    updated_at: str


class StoredCitation(TypedDict, total=False):
    sourceLabel: str
    snippet: str


class MessageRow(TypedDict):
    id: str
    session_id: str
    class_id: str
    author_user_id: str | None
    author_kind: str
    content: str
    citations: list[StoredCitation]
    safety: str | None
    provider: str | None
    model: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None
    latency_ms: int | None
    created_at: str


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
