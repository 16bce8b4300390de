"""The routes of the chat workspace."""

from typing import Any

from chat.errors import ChatWorkspaceFailed
from chat.messages import MessagePage, list_messages
from chat.participants import list_participants
from chat.requests import (
    ArchiveSession,
    CreateSession,
    ListMessages,
    ListSessions,
    RenameSession,
    SendMessage,
    WorkspaceBody,
)
from chat.send import Sending, send_message
from chat.sessions import archive_session, create_session, list_sessions, rename_session
from chat.visits import Visit
from stemcore.api.views import UserViewSet


class WorkspaceViewSet(UserViewSet):
    failure = ChatWorkspaceFailed
    guest_features = {"send_message": "chat"}

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
        exchange = await send_message(self._visit(body), Sending.of(body))
        return exchange.as_data()

    def _visit(self, body: WorkspaceBody) -> Visit:
        return Visit(self.caller, body.class_id, body.sandbox)
