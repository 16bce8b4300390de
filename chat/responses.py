"""What the routes of the chat answer; what has a maker of its own stands with it."""

from typing import Any, TypedDict
from uuid import UUID

from chat.rows import MessageRow, SessionRow
from chat.workspace.participants import Participant


class ParticipantsData(TypedDict):
    participants: list[Participant]


class SessionsData(TypedDict):
    sessions: list[SessionRow]


class SessionData(TypedDict):
    session: SessionRow


class ArchivedData(TypedDict):
    session_id: UUID


class ContextMeta(TypedDict):
    compacted: bool
    compacted_at: str | None
    reason: str | None


class ExchangeData(TypedDict):
    response: dict[str, Any]
    user_message: MessageRow
    assistant_message: MessageRow
    context_meta: ContextMeta


class CanvasData(TypedDict):
    spec: dict[str, Any]
