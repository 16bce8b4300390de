"""What of learning is about one person; all of it is the platform's."""

from learning.models import AssignmentRecipient, Feedback, Reflection, Submission
from stemcore.people import Holding, register, rows

register(
    Holding(
        "assignments received",
        lambda user: rows(AssignmentRecipient.objects.filter(student_id=user)),
    ),
    Holding("submissions", lambda user: rows(Submission.objects.filter(student_id=user))),
    Holding("feedback", lambda user: rows(Feedback.objects.filter(submission__student_id=user))),
    Holding("reflections", lambda user: rows(Reflection.objects.filter(student_id=user))),
)
