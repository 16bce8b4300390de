"""Reading a session's messages, page by page."""

from datetime import datetime
from uuid import UUID

from typing_extensions import TypedDict

from chat import queries
from chat.errors import SessionNotFound, SessionOwnerMismatch
from chat.models import ChatSession
from chat.rows import MessageRow, SessionRow, session_row
from chat.visits import Visit
from chat.workspace.cursors import read_cursor, write_cursor
from chat.workspace.sessions import session_owner
from classes.access import Membership
from stemcore.database import read


class PageInfo(TypedDict):
    has_more: bool
    """Whether there are older messages."""
    next_cursor: str | None
    """What to send as `before_cursor` for the next older page."""


class MessagePage(TypedDict):
    session: SessionRow
    messages: list[MessageRow]
    """The oldest first."""
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
    before = read_cursor(before_cursor) if before_cursor else None
    found = queries.page(visit, session_id, before, limit + 1)
    session = _readable_session(found, owner_user_id)
    messages, has_more = found.messages[:limit], len(found.messages) > limit
    oldest = messages[-1] if has_more else None
    return {
        "session": session_row(session),
        "messages": messages[::-1],
        "page_info": {
            "has_more": has_more,
            "next_cursor": _cursor_of(oldest) if oldest else None,
        },
    }


def _cursor_of(message: MessageRow) -> str:
    return write_cursor((datetime.fromisoformat(message["created_at"]), UUID(message["id"])))


def _readable_session(found: queries.Page, wanted: UUID | None) -> ChatSession:
    if found.session is None:
        raise SessionNotFound
    if found.session.owner_user_id != _readable_owner(found.membership, wanted):
        raise SessionOwnerMismatch
    return found.session


def _readable_owner(membership: Membership, wanted: UUID | None) -> UUID:
    """Whose session may be read: a teacher may name a student, others have only their own."""
    return session_owner(membership, wanted) if membership.is_teacher else membership.user_id
