"""The routes of the chat."""

from typing import Any

from chat.canvas.generation import CANVAS_SECONDS, CanvasWanted, generate_canvas
from chat.errors import CanvasFailed, ChatFailed, ChatWorkspaceFailed
from chat.one_shot import answer_once
from chat.requests import (
    ArchiveSession,
    Canvas,
    CreateSession,
    GenerateAnswer,
    ListMessages,
    ListSessions,
    RenameSession,
    SendMessage,
    WorkspaceBody,
)
from chat.send import send_message
from chat.visits import Visit
from chat.workspace.pages import MessagePage, list_messages
from chat.workspace.participants import list_participants
from chat.workspace.sessions import (
    archive_session,
    create_session,
    list_sessions,
    rename_session,
)
from stemcore.api.throttles import AI_LIMITS
from stemcore.api.views import ApiViewSet, UserViewSet
from stemcore.deadline import Deadline
from stemcore.providers import Call


class WorkspaceViewSet(UserViewSet):
    failure = ChatWorkspaceFailed
    guest_features = {"send_message": "chat"}
    action_throttles = {"send_message": AI_LIMITS}

    async def participants(self, body: WorkspaceBody) -> dict[str, Any]:
        return {"participants": await list_participants(self._visit(body))}

    async def list_sessions(self, body: ListSessions) -> dict[str, Any]:
        return {"sessions": await list_sessions(self._visit(body), body.owner_user_id)}

    async def create_session(self, body: CreateSession) -> dict[str, Any]:
        return {"session": await create_session(self._visit(body), body.title)}

    async def rename_session(self, body: RenameSession) -> dict[str, Any]:
        return {"session": await rename_session(self._visit(body), body.session_id, body.title)}

    async def archive_session(self, body: ArchiveSession) -> dict[str, Any]:
        await archive_session(self._visit(body), body.session_id)
        return {"session_id": body.session_id}

    async def list_messages(self, body: ListMessages) -> MessagePage:
        return await list_messages(
            self._visit(body),
            body.session_id,
            owner_user_id=body.owner_user_id,
            before_cursor=body.before_cursor,
            limit=body.limit,
        )

    async def send_message(self, body: SendMessage) -> dict[str, Any]:
        return (await send_message(self._visit(body), body)).as_data()

    def _visit(self, body: WorkspaceBody) -> Visit:
        return Visit(self.caller, body.class_id, body.sandbox)


class GenerateViewSet(UserViewSet):
    failure = ChatFailed
    guest_features = {"generate": "chat"}
    action_throttles = {"generate": AI_LIMITS}

    async def generate(self, body: GenerateAnswer) -> dict[str, Any]:
        visit = Visit(self.caller, body.class_id, body.sandbox)
        return (await answer_once(visit, body)).as_data()


class CanvasViewSet(ApiViewSet):
    action_throttles = {"draw": AI_LIMITS}
    failure = CanvasFailed

    async def draw(self, body: Canvas) -> dict[str, Any]:
        wanted = CanvasWanted(body.canvas_hint, body.student_question, body.ai_answer)
        deadline = Deadline.after(CANVAS_SECONDS)
        call = Call("chat_canvas_v1", deadline, class_id=body.class_id)
        return {"spec": (await generate_canvas(wanted, call)).as_data()}
