"""What of classes is about one person; all of it is the platform's."""

from classes.models import Classroom, Enrollment, Profile
from stemcore.people import Holding, register, rows

register(
    Holding("profile", lambda user: rows(Profile.objects.filter(id=user))),
    Holding("classes owned", lambda user: rows(Classroom.objects.filter(owner_id=user))),
    Holding("memberships", lambda user: rows(Enrollment.objects.filter(user_id=user))),
)
