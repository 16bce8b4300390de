"""What the requests of the chat workspace may carry."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from chat.budget import ANSWER_TOKENS
from stemcore.api.body import ClassBody, TimeoutMs, Whole


class WorkspaceBody(ClassBody):
    """What all carry. A sandbox id that is no UUID opens no class, so any text may stand there."""

    sandbox_id: str | None = None

    @property
    def sandbox(self) -> UUID | None:
        try:
            return UUID(self.sandbox_id or "")
        except ValueError:
            return None


class ListSessions(WorkspaceBody):
    owner_user_id: UUID | None = None


class CreateSession(WorkspaceBody):
    title: str = ""


class RenameSession(WorkspaceBody):
    session_id: UUID
    title: str


class ArchiveSession(WorkspaceBody):
    session_id: UUID


class ListMessages(WorkspaceBody):
    session_id: UUID
    owner_user_id: UUID | None = None
    before_cursor: str | None = None
    limit: Annotated[Whole, Field(ge=1, le=200)] = 120


class SendMessage(WorkspaceBody):
    session_id: UUID
    message: str
    timeout_ms: TimeoutMs | None = None
    max_tokens: Annotated[Whole, Field(ge=1, le=16_000)] = ANSWER_TOKENS
    tool_mode: Literal["off", "plan", "auto"] = "off"
    tool_catalog: tuple[str, ...] = ()
    orchestration_hints: dict[str, Any] = {}
