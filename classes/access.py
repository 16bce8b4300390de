"""The one door to a class: who is this user in it?"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db.models.functions import Now

from classes.errors import ClassAccessRequired
from classes.models import Classroom, Enrollment
from stemcore.models import GuestSandbox
from stemcore.supabase.tokens import PlatformUser

Role = Literal["teacher", "student"]


@dataclass(frozen=True)
class Membership:
    """What a user is in a class. Assistants are teachers; so is a guest who plays one.

    `sandbox_id` is the class's: rows added to the class carry it.
    """

    class_id: UUID
    user_id: UUID
    role: Role
    sandbox_id: UUID | None = None

    @property
    def is_teacher(self) -> bool:
        return self.role == "teacher"


def class_membership(user: PlatformUser, class_id: UUID, sandbox_id: UUID | None) -> Membership:
    """The user's membership, read inside the caller's unit of work.

    `sandbox_id` is what the request names; only a guest's own sandbox class asks for it.

    Raises ClassAccessRequired for everybody else, and for a class that does not exist.
    """
    classroom = Classroom.objects.filter(id=class_id).only("owner_id", "sandbox_id").first()
    if classroom is None:
        raise ClassAccessRequired
    if classroom.sandbox_id is not None:
        role = _guest_role(user, class_id, classroom.sandbox_id, sandbox_id)
    elif classroom.owner_id == user.id:
        role = "teacher"
    else:
        role = _enrolled_role(user, class_id)
    return Membership(class_id, user.id, role, classroom.sandbox_id)


def _enrolled_role(user: PlatformUser, class_id: UUID) -> Role:
    enrolled = (
        Enrollment.objects.filter(classroom_id=class_id, user_id=user.id)
        .values_list("role", flat=True)
        .first()
    )
    if enrolled is None or user.is_anonymous:
        raise ClassAccessRequired
    return "student" if enrolled == "student" else "teacher"


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
