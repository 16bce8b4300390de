"""The one door to a class: who is this user in it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from classes.errors import ClassAccessRequired, ClassArchived
from stemcore.database import prepared_cursor
from stemcore.deadline import Deadline
from stemcore.providers import Call
from stemcore.supabase.tokens import PlatformUser

Role = Literal["teacher", "student"]


MEMBERSHIP = """
    select
        c.title as class_title,
        c.sandbox_id as class_sandbox_id,
        c.archived as class_archived,
        case
            -- A sandbox class is open to the guest whose active sandbox it is, enrolled or not.
            when c.sandbox_id is not null then (
                select case g.guest_role when 'teacher' then 'teacher' else 'student' end
                from guest_sandboxes g
                where %(is_guest)s and c.sandbox_id = %(sandbox_id)s
                    and g.id = c.sandbox_id and g.user_id = %(user_id)s and g.class_id = c.id
                    and g.status = 'active' and g.expires_at > statement_timestamp()
            )
            when c.owner_id = %(user_id)s then 'teacher'
            when %(is_guest)s then null
            else (
                select case e.role when 'student' then 'student' else 'teacher' end
                from enrollments e where e.class_id = c.id and e.user_id = %(user_id)s
            )
        end as role
    from classes c
    where c.id = %(class_id)s
"""
"""Who a user is in a class: one row of `MEMBERSHIP_COLUMNS`, none without such a class; `role` is
null for who is nobody there. The parameters are those of `membership_parameters`."""

MEMBERSHIP_COLUMNS = ("class_title", "class_sandbox_id", "class_archived", "role")


@dataclass(frozen=True)
class Membership:
    """What a user is in a class. Assistants are teachers; so is a guest who plays one.

    `class_title`, `sandbox_id` and `archived` are the class's; rows added to the class carry its
    sandbox.
    """

    class_id: UUID
    user_id: UUID
    role: Role
    class_title: str
    sandbox_id: UUID | None = None
    archived: bool = False

    def call(self, purpose: str, deadline: Deadline) -> Call:
        """A call of the AI gateway on the member's behalf."""
        return Call(
            purpose,
            deadline,
            user_id=self.user_id,
            class_id=self.class_id,
            sandbox_id=self.sandbox_id,
        )

    @property
    def is_teacher(self) -> bool:
        return self.role == "teacher"

    def require_open_class(self) -> None:
        """Raises ClassArchived."""
        if self.archived:
            raise ClassArchived


def class_membership(user: PlatformUser, class_id: UUID, sandbox_id: UUID | None) -> Membership:
    """The user's membership, read inside the caller's unit of work.

    `sandbox_id` is what the request names; only a guest's own sandbox class asks for it.

    Raises ClassAccessRequired for everybody else, and for a class that does not exist.
    """
    with prepared_cursor() as cursor:
        cursor.execute(MEMBERSHIP, membership_parameters(user, class_id, sandbox_id))
        return membership_of(user, class_id, cursor.fetchone())


def membership_parameters(
    user: PlatformUser, class_id: UUID, sandbox_id: UUID | None
) -> dict[str, Any]:
    """The parameters of `MEMBERSHIP`."""
    return {
        "class_id": class_id,
        "user_id": user.id,
        "is_guest": user.is_anonymous,
        "sandbox_id": sandbox_id,
    }


def membership_of(user: PlatformUser, class_id: UUID, found: Sequence[Any] | None) -> Membership:
    """The membership that a row beginning with `MEMBERSHIP_COLUMNS` says.

    Raises ClassAccessRequired.
    """
    if found is None or found[3] is None:
        raise ClassAccessRequired
    title, sandbox_id, archived, role = found[:4]
    return Membership(class_id, user.id, role, title, sandbox_id, archived)
