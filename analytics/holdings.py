"""Reports that name one person: forgetting removes them, and they are made anew without."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from analytics.models import InsightsSnapshot, TeachingBriefSnapshot
from stemcore.people import Holding, register, rows


def _insights(user_id: UUID) -> QuerySet[InsightsSnapshot]:
    named = {"students": [{"student_id": str(user_id)}]}
    return InsightsSnapshot.objects.filter(payload__contains=named)


def _briefs(user_id: UUID) -> QuerySet[TeachingBriefSnapshot]:
    watched: dict[str, Any] = {"students_to_watch": [{"student_id": str(user_id)}]}
    return TeachingBriefSnapshot.objects.filter(Q(payload__contains=watched))


def _forget(user_id: UUID) -> int:
    removed = 0
    for found in (_insights(user_id), _briefs(user_id)):
        removed += found.delete()[0]
    return removed


register(
    Holding(
        "reports that name them",
        lambda user: [*rows(_insights(user)), *rows(_briefs(user))],
        _forget,
    )
)
