"""The routes of the chat."""

from rest_framework.request import Request

from chat.canvas.generation import CANVAS_SECONDS, CanvasWanted, generate_canvas
from chat.engines.base import AnswerData
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
)
from chat.responses import (
    ArchivedData,
    CanvasData,
    ExchangeData,
    ParticipantsData,
    SessionData,
    SessionsData,
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
from stemcore.api.authentication import ServiceKey
from stemcore.api.body import ClassBody
from stemcore.api.response import Response
from stemcore.api.throttles import AI_LIMITS
from stemcore.api.views import ApiViewSet, UserViewSet
from stemcore.deadline import Deadline
from stemcore.providers import Call


class WorkspaceViewSet(UserViewSet):
    """Sessions, participants and pages of messages."""

    failure = ChatWorkspaceFailed

    async def participants(self, request: Request, body: ClassBody) -> Response[ParticipantsData]:
        return Response({"participants": await list_participants(self._visit(body))})

    async def list_sessions(self, request: Request, body: ListSessions) -> Response[SessionsData]:
        return Response({"sessions": await list_sessions(self._visit(body), body.owner_user_id)})

    async def create_session(self, request: Request, body: CreateSession) -> Response[SessionData]:
        return Response({"session": await create_session(self._visit(body), body.title)})

    async def rename_session(self, request: Request, body: RenameSession) -> Response[SessionData]:
        session = await rename_session(self._visit(body), body.session_id, body.title)
        return Response({"session": session})

    async def archive_session(
        self, request: Request, body: ArchiveSession
    ) -> Response[ArchivedData]:
        await archive_session(self._visit(body), body.session_id)
        return Response({"session_id": body.session_id})

    async def list_messages(self, request: Request, body: ListMessages) -> Response[MessagePage]:
        page = await list_messages(
            self._visit(body),
            body.session_id,
            owner_user_id=body.owner_user_id,
            before_cursor=body.before_cursor,
            limit=body.limit,
        )
        return Response(page)

    def _visit(self, body: ClassBody) -> Visit:
        return Visit(self.caller, body.class_id, body.sandbox)


class SendViewSet(WorkspaceViewSet):
    """Messages that are answered."""

    throttle_classes = AI_LIMITS
    guest_feature = "chat"

    async def send_message(self, request: Request, body: SendMessage) -> Response[ExchangeData]:
        exchange = await send_message(self._visit(body), body)
        return Response(exchange.as_data())


class GenerateViewSet(UserViewSet):
    failure = ChatFailed
    throttle_classes = AI_LIMITS
    guest_feature = "chat"

    async def generate(self, request: Request, body: GenerateAnswer) -> Response[AnswerData]:
        visit = Visit(self.caller, body.class_id, body.sandbox)
        result = await answer_once(visit, body)
        return Response(result.as_data())


class CanvasViewSet(ApiViewSet):
    authentication_classes = [ServiceKey]
    throttle_classes = AI_LIMITS
    failure = CanvasFailed

    async def draw(self, request: Request, body: Canvas) -> Response[CanvasData]:
        wanted = CanvasWanted(body.canvas_hint, body.student_question, body.ai_answer)
        deadline = Deadline.after(CANVAS_SECONDS)
        call = Call("chat_canvas_v1", deadline, class_id=body.class_id)
        return Response({"spec": (await generate_canvas(wanted, call)).as_data()})
