"""Chat sessions: list, create, rename, archive."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from chat import queries
from chat.errors import OwnerNotEnrolled, OwnSessionNotFound, TeacherAccessRequired
from chat.models import ChatSession
from chat.rows import SessionRow, session_row
from chat.visits import Visit
from classes.access import Membership
from stemcore.database import read, write
from stemcore.errors import BlankField
from stemcore.prompts import trimmed

LISTED = 100
TITLE_CHARS = 120
DEFAULT_TITLE = "New chat"


@read
def list_sessions(visit: Visit, owner_user_id: UUID | None) -> list[SessionRow]:
    """The owner's sessions that are not archived: pinned first, then newest message first.

    Raises ClassAccessRequired, TeacherAccessRequired and OwnerNotEnrolled.
    """
    found = queries.listing(visit, owner_user_id, LISTED)
    if found.owner_user_id != visit.user.id:
        if not found.membership.is_teacher:
            raise TeacherAccessRequired
        if not found.is_enrolled:
            raise OwnerNotEnrolled
    return found.sessions


def session_owner(membership: Membership, wanted: UUID | None) -> UUID:
    """Whose sessions are meant; in a sandbox there is only the guest."""
    return membership.user_id if wanted is None or membership.sandbox_id else wanted


@write
def create_session(visit: Visit, title: str) -> SessionRow:
    """A new session of the user's own. Raises ClassAccessRequired and ClassArchived."""
    membership = visit.enter()
    membership.require_open_class()
    session = ChatSession.objects.create(
        classroom_id=visit.class_id,
        owner_user_id=visit.user.id,
        title=_cut_title(title) or DEFAULT_TITLE,
        is_pinned=False,
        sandbox_id=membership.sandbox_id,
    )
    session.refresh_from_db()
    return session_row(session)


@write
def rename_session(visit: Visit, session_id: UUID, title: str) -> SessionRow:
    """The renamed session. Raises ClassAccessRequired, BlankField and OwnSessionNotFound."""
    visit.enter()
    cut = _cut_title(title)
    if not cut:
        raise BlankField.of_field("title", "must not be blank")
    if not _open_session(visit, session_id).update(title=cut):
        raise OwnSessionNotFound
    return session_row(ChatSession.objects.get(id=session_id))


@write
def archive_session(visit: Visit, session_id: UUID) -> None:
    """Archives a session. Raises ClassAccessRequired and OwnSessionNotFound."""
    visit.enter()
    if not _open_session(visit, session_id).update(archived_at=timezone.now()):
        raise OwnSessionNotFound


@write
def archive_as_staff(session_id: UUID) -> bool:
    """Archives a session on somebody's behalf; False when it is archived or gone."""
    open_session = ChatSession.objects.filter(id=session_id, archived_at=None)
    return bool(open_session.update(archived_at=timezone.now()))


def _open_session(visit: Visit, session_id: UUID) -> QuerySet[ChatSession]:
    """The user's own session with that id, unless archived, as a query of at most one row."""
    return ChatSession.objects.filter(
        id=session_id,
        classroom_id=visit.class_id,
        owner_user_id=visit.user.id,
        archived_at=None,
    )


def _cut_title(title: str) -> str:
    return trimmed(trimmed(title)[:TITLE_CHARS])
