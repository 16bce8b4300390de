"""Reading a session's messages, page by page."""

from typing import TypedDict
from uuid import UUID

from django.db.models import Q

from chat.errors import SessionNotFound, SessionOwnerMismatch
from chat.models import ChatMessage, ChatSession
from chat.rows import MessageRow, SessionRow, message_row, session_row
from chat.turns import Place
from chat.visits import Visit
from chat.workspace.cursors import read_cursor, write_cursor
from chat.workspace.sessions import session_owner
from classes.access import Membership
from stemcore.database import read


class PageInfo(TypedDict):
    has_more: bool
    next_cursor: str | None


class MessagePage(TypedDict):
    session: SessionRow
    messages: list[MessageRow]
    page_info: PageInfo


@read
def list_messages(
    visit: Visit,
    session_id: UUID,
    *,
    owner_user_id: UUID | None = None,
    before_cursor: str | None = None,
    limit: int,
) -> MessagePage:
    """The newest messages before the cursor, oldest of them first.

    Raises ClassAccessRequired, SessionNotFound, SessionOwnerMismatch and InvalidCursor.
    """
    session = _readable_session(visit, session_id, owner_user_id)
    before = read_cursor(before_cursor) if before_cursor else None
    newest_first = newest_messages(session_id, before, limit + 1)
    page, has_more = newest_first[:limit], len(newest_first) > limit
    return {
        "session": session_row(session),
        "messages": [message_row(message) for message in reversed(page)],
        "page_info": {
            "has_more": has_more,
            "next_cursor": write_cursor((page[-1].created_at, page[-1].id)) if has_more else None,
        },
    }


def newest_messages(session_id: UUID, before: Place | None, most: int) -> list[ChatMessage]:
    """The newest messages of a session that stand before a place, newest first."""
    messages = ChatMessage.objects.filter(session_id=session_id)
    if before is not None:
        moment, message_id = before
        # The first condition is the range that the index on (session, time, id) serves.
        messages = messages.filter(
            Q(created_at__lt=moment) | Q(id__lt=message_id), created_at__lte=moment
        )
    return list(messages.order_by("-created_at", "-id")[:most])


def _readable_session(visit: Visit, session_id: UUID, wanted: UUID | None) -> ChatSession:
    membership = visit.enter()
    session = ChatSession.objects.filter(id=session_id, classroom_id=visit.class_id).first()
    if session is None:
        raise SessionNotFound
    if session.owner_user_id != _readable_owner(membership, wanted):
        raise SessionOwnerMismatch
    return session


def _readable_owner(membership: Membership, wanted: UUID | None) -> UUID:
    """Whose session may be read: a teacher may name a student, others have only their own."""
    return session_owner(membership, wanted) if membership.is_teacher else membership.user_id
