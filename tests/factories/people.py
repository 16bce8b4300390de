"""Users, guests and their classes."""

from typing import Any
from uuid import UUID, uuid4

from classes.models import Classroom, Enrollment, Profile
from stemcore.models import AuthUser, GuestSandbox
from stemcore.supabase.tokens import PlatformUser
from tests.factories.rows import insert, row, serial, update


def user(account: str | None = "student", name: str | None = None) -> PlatformUser:
    """A signed-up user; with an account type the platform makes their profile."""
    number = next(serial)
    meta = {"account_type": account, "display_name": name} if account else {}
    made = insert(
        AuthUser,
        id=uuid4(),
        email=f"person{number}@school.example",
        raw_user_meta_data=meta,
    )
    return PlatformUser(made.id, False, made.email, "authenticated")


def guest() -> PlatformUser:
    """An anonymous user, without a profile."""
    made = insert(AuthUser, id=uuid4(), is_anonymous=True)
    return PlatformUser(made.id, True, None, "authenticated")


def profile(user_id: UUID) -> Profile:
    return row(Profile, id=user_id)


def sandbox(owner: PlatformUser, guest_role: str = "teacher", **values: Any) -> GuestSandbox:
    """A guest's sandbox with a class of its own; `class_id=None` leaves the class out."""
    made = insert(GuestSandbox, user_id=owner.id, guest_role=guest_role, **values)
    if "class_id" in values:
        return made
    sandbox_class = classroom(owner, sandbox_id=made.id)
    return update(made, class_id=sandbox_class.id)


def classroom(owner: PlatformUser, **values: Any) -> Classroom:
    """A class; a signed-up owner is enrolled as its teacher."""
    number = next(serial)
    made = insert(
        Classroom,
        **{
            "owner_id": owner.id,
            "title": f"Cell biology {number}",
            "subject": "Biology",
            "join_code": f"JOIN{number:04}",
            **values,
        },
    )
    if not owner.is_anonymous:
        enrollment(made, owner, "teacher")
    return made


def enrollment(
    in_class: Classroom, member: PlatformUser, role: str = "student", **values: Any
) -> Enrollment:
    return insert(
        Enrollment,
        **{
            "classroom": in_class,
            "user_id": member.id,
            "role": role,
            "sandbox_id": in_class.sandbox_id,
            **values,
        },
    )
