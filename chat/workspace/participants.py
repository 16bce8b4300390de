"""Whose chats a teacher can look at: the students of the class."""

from django.db.models import OuterRef, Subquery
from typing_extensions import TypedDict

from chat.errors import TeacherAccessRequired
from chat.visits import Visit
from classes.models import Enrollment, Profile
from stemcore.database import read
from stemcore.prompts import trimmed
from stemcore.shown import Id


class Participant(TypedDict):
    user_id: Id
    display_name: str
    """`Student <n>` where there is no name."""


@read
def list_participants(visit: Visit) -> list[Participant]:
    """The enrolled students by join time; one without a name is `Student <n>`, n their place.

    Raises ClassAccessRequired and TeacherAccessRequired.
    """
    if not visit.enter().is_teacher:
        raise TeacherAccessRequired
    name = Profile.objects.filter(id=OuterRef("user_id")).values("display_name")
    students = (
        Enrollment.objects.filter(classroom_id=visit.class_id, role="student")
        .order_by("joined_at", "id")
        .values_list("user_id", Subquery(name))
    )
    return [
        {"user_id": str(user_id), "display_name": trimmed(name or "") or f"Student {number}"}
        for number, (user_id, name) in enumerate(students, start=1)
    ]
