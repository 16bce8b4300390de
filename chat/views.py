"""The routes of the chat."""

from rest_framework.request import Request

from chat.canvas.generation import CANVAS_SECONDS, CanvasWanted, generate_canvas
from chat.engines.base import AnswerData
from chat.errors import (
    BlueprintRequired,
    CanvasFailed,
    ChatFailed,
    ChatWorkspaceFailed,
    InvalidCursor,
    OwnerNotEnrolled,
    OwnSessionNotFound,
    ResponseGenerationFailed,
    SendSessionOwnerMismatch,
    SessionArchived,
    SessionNotFound,
    SessionOwnerMismatch,
    TeacherAccessRequired,
)
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
from classes.errors import ClassAccessRequired, ClassArchived
from stemcore.api.authentication import ServiceKey
from stemcore.api.body import ClassBody
from stemcore.api.response import Response
from stemcore.api.throttles import AI_LIMITS
from stemcore.api.views import ApiViewSet, UserViewSet, raises
from stemcore.deadline import Deadline
from stemcore.errors import BlankField
from stemcore.providers import Call


class WorkspaceViewSet(UserViewSet):
    """Sessions, participants and pages of messages."""

    tag = "Chat workspace"
    failure = ChatWorkspaceFailed

    @raises(ClassAccessRequired, TeacherAccessRequired)
    async def participants(self, request: Request, body: ClassBody) -> Response[ParticipantsData]:
        """List the students of a class.

        For teachers: those whose sessions they may read.
        """
        return Response({"participants": await list_participants(self._visit(body))})

    @raises(ClassAccessRequired, TeacherAccessRequired, OwnerNotEnrolled)
    async def list_sessions(self, request: Request, body: ListSessions) -> Response[SessionsData]:
        """List chat sessions.

        One's own, or those of a student whom a teacher names. Archived ones are not shown.
        """
        return Response({"sessions": await list_sessions(self._visit(body), body.owner_user_id)})

    @raises(ClassAccessRequired, ClassArchived)
    async def create_session(self, request: Request, body: CreateSession) -> Response[SessionData]:
        """Begin a chat session.

        It is the caller's own.
        """
        return Response({"session": await create_session(self._visit(body), body.title)})

    @raises(ClassAccessRequired, OwnSessionNotFound, BlankField)
    async def rename_session(self, request: Request, body: RenameSession) -> Response[SessionData]:
        """Rename a chat session.

        One's own that is not archived.
        """
        session = await rename_session(self._visit(body), body.session_id, body.title)
        return Response({"session": session})

    @raises(ClassAccessRequired, OwnSessionNotFound)
    async def archive_session(
        self, request: Request, body: ArchiveSession
    ) -> Response[ArchivedData]:
        """Archive a chat session.

        It is no longer listed; its messages can still be read.
        """
        await archive_session(self._visit(body), body.session_id)
        return Response({"session_id": body.session_id})

    @raises(ClassAccessRequired, SessionNotFound, SessionOwnerMismatch, InvalidCursor)
    async def list_messages(self, request: Request, body: ListMessages) -> Response[MessagePage]:
        """Read a page of messages.

        The newest ones, oldest first; `page_info.next_cursor` leads to older ones. Pages walked
        with it show every message once, also while new ones arrive.
        """
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

    @raises(
        ClassAccessRequired,
        ClassArchived,
        SessionNotFound,
        SendSessionOwnerMismatch,
        SessionArchived,
        BlankField,
        BlueprintRequired,
        ResponseGenerationFailed,
    )
    async def send_message(self, request: Request, body: SendMessage) -> Response[ExchangeData]:
        """Send a message and get its answer.

        The answer stands on the class's published blueprint and materials and cites them. Both
        messages are stored together, or, when no answer comes, neither. Messages sent to one
        session at a time keep their order.
        """
        exchange = await send_message(self._visit(body), body)
        return Response(exchange.as_data())


class GenerateViewSet(UserViewSet):
    tag = "Chat"
    failure = ChatFailed
    throttle_classes = AI_LIMITS
    guest_feature = "chat"

    @raises(ClassAccessRequired)
    async def generate(self, request: Request, body: GenerateAnswer) -> Response[AnswerData]:
        """Answer a message over a given context.

        Nothing is stored. An answer cites only sources that stand in the context.
        """
        visit = Visit(self.caller, body.class_id, body.sandbox)
        result = await answer_once(visit, body)
        return Response(result.as_data())


class CanvasViewSet(ApiViewSet):
    tag = "Chat"
    authentication_classes = [ServiceKey]
    throttle_classes = AI_LIMITS
    failure = CanvasFailed

    async def draw(self, request: Request, body: Canvas) -> Response[CanvasData]:
        """Draw a picture beside an answer.

        The spec is of the type asked for. Optional fields are left out, never null.
        """
        wanted = CanvasWanted(body.canvas_hint, body.student_question, body.ai_answer)
        deadline = Deadline.after(CANVAS_SECONDS)
        call = Call("chat_canvas_v1", deadline, class_id=body.class_id)
        return Response({"spec": await generate_canvas(wanted, call)})
