"""What the routes of the chat answer; what has a maker of its own stands with it."""

from uuid import UUID

from typing_extensions import TypedDict

from chat.answer import ChatAnswer
from chat.canvas.specs import CanvasSpec
from chat.rows import MessageRow, SessionRow
from chat.workspace.participants import Participant
from stemcore.shown import Moment


class ParticipantsData(TypedDict):
    participants: list[Participant]
    """By the time at which they joined."""


class SessionsData(TypedDict):
    sessions: list[SessionRow]
    """Pinned ones first, then the newest message first; at most 100."""


class SessionData(TypedDict):
    session: SessionRow


class ArchivedData(TypedDict):
    session_id: UUID


class ContextMeta(TypedDict):
    """Whether older messages were summed up with this exchange."""

    compacted: bool
    compacted_at: Moment | None
    reason: str | None
    """`token_pressure` or `message_count_trigger`."""


class ExchangeData(TypedDict):
    response: ChatAnswer
    user_message: MessageRow
    assistant_message: MessageRow
    context_meta: ContextMeta


class CanvasData(TypedDict):
    spec: CanvasSpec
