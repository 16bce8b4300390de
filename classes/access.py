"""The one door to a class: who is this user in it?"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now

from classes.errors import ClassAccessRequired
from classes.models import Classroom, Enrollment
from stemcore.models import GuestSandbox
from stemcore.supabase.tokens import PlatformUser

Role = Literal["teacher", "student"]


@dataclass(frozen=True)
class Membership:
    """What a user is in a class. Assistants are teachers; so is a guest who plays one.

    `class_title` and `sandbox_id` are the class's; rows added to the class carry the latter.
    """

    class_id: UUID
    user_id: UUID
    role: Role
    class_title: str
    sandbox_id: UUID | None = None

    @property
    def is_teacher(self) -> bool:
        return self.role == "teacher"


def class_membership(user: PlatformUser, class_id: UUID, sandbox_id: UUID | None) -> Membership:
    """The user's membership, read inside the caller's unit of work.

    `sandbox_id` is what the request names; only a guest's own sandbox class asks for it.

    Raises ClassAccessRequired for everybody else, and for a class that does not exist.
    """
    enrolled = Enrollment.objects.filter(classroom_id=OuterRef("id"), user_id=user.id)
    found = (
        Classroom.objects.filter(id=class_id)
        .values_list("owner_id", "title", "sandbox_id", Subquery(enrolled.values("role")[:1]))
        .first()
    )
    if found is None:
        raise ClassAccessRequired
    owner_id, title, class_sandbox_id, enrolled_as = found
    if class_sandbox_id is not None:
        role = _guest_role(user, class_id, class_sandbox_id, sandbox_id)
    else:
        role = _member_role(user, owner_id, enrolled_as)
    return Membership(class_id, user.id, role, title, class_sandbox_id)


def _member_role(user: PlatformUser, owner_id: UUID, enrolled_as: str | None) -> Role:
    if owner_id == user.id:
        return "teacher"
    if enrolled_as is None or user.is_anonymous:
        raise ClassAccessRequired
    return "student" if enrolled_as == "student" else "teacher"


def _guest_role(
    user: PlatformUser, class_id: UUID, class_sandbox_id: UUID, sandbox_id: UUID | None
) -> Role:
    """A sandbox class is open to the guest whose active sandbox it is, enrolled or not."""
    if not user.is_anonymous or sandbox_id != class_sandbox_id:
        raise ClassAccessRequired
    played = (
        GuestSandbox.objects.filter(
            id=class_sandbox_id,
            user_id=user.id,
            class_id=class_id,
            status="active",
            expires_at__gt=Now(),
        )
        .values_list("guest_role", flat=True)
        .first()
    )
    if played is None:
        raise ClassAccessRequired
    return "teacher" if played == "teacher" else "student"
