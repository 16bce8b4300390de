"""A class with work to report on, and what models write about it."""

import asyncio
from collections.abc import Callable
from typing import Any

from analytics.models import InsightsSnapshot, TeachingBriefSnapshot
from learning.models import Assignment, AssignmentRecipient, Topic
from stemcore.supabase.tokens import PlatformUser
from tests import factories
from tests.cast import Cast

# Sam has 0.8 on average and finished all, Cleo 0.4 and finished half: 3 attempts and 1.
NARRATIVE = {
    "executive_summary": "The class of 2 students averages 67 %. Light reactions stand at 66 %.",
    "key_findings": ["Student 2 averages 40 %.", "Completion is 75 %."],
    "interventions": [
        {
            "topic": "T1",
            "reason": "Light reactions stand at 66 %.",
            "suggested_action": "Practise where oxygen comes from.",
        }
    ],
    "student_notes": [{"student": 2, "note": "An average of 40 % after 1 attempt."}],
}
BRIEF = {
    "summary": "The class averages 67 %.",
    "strongest_action": "Go through the first quiz with Student 2.",
    "attention_items": ["1 of 2 students is at risk."],
    "misconceptions": [{"topic": "T1", "description": "Oxygen comes from carbon dioxide."}],
    "students_to_watch": [{"student": 2, "reason": "Averages 40 %."}],
    "next_step": "Give a second quiz.",
    "recommended_activity": {"type": "quiz", "reason": "Light reactions stand at 66 %."},
    "evidence_basis": "4 attempts at 2 assignments.",
}
CHART = {
    "type": "chart",
    "chartType": "bar",
    "title": "Average score by student",
    "data": [{"label": "Student 1", "value": 0.8}, {"label": "Student 2", "value": 0.4}],
}


def work(cast: Cast) -> None:
    """Two assignments of one quiz on the light reactions."""
    topic = factories.rows(Topic, blueprint=cast.blueprint, order="sequence")[0]
    quiz = factories.activity(cast.classroom, topic_id=topic.id, title="Quiz 1")
    first, second = (factories.assignment(quiz, cast.student, cast.classmate) for _ in range(2))
    for task in (first, second):
        _done(task, cast.student, "submitted")
    _done(first, cast.classmate, "reviewed")
    factories.submission(first, cast.student, 65)
    factories.submission(first, cast.student, 80)
    factories.submission(second, cast.student, 80)
    factories.submission(first, cast.classmate, 40)
    factories.chat_message(cast.session)


def _done(task: Assignment, student: PlatformUser, status: str) -> None:
    told = factories.row(AssignmentRecipient, assignment=task, student_id=student.id)
    factories.update(told, status=status)


def stored_insights(cast: Cast) -> InsightsSnapshot:
    return factories.row(InsightsSnapshot, classroom=cast.classroom)


def stored_brief(cast: Cast) -> TeachingBriefSnapshot:
    return factories.row(TeachingBriefSnapshot, classroom=cast.classroom)


def body(cast: Cast, **more: Any) -> dict[str, Any]:
    return {"class_id": str(cast.classroom.id), "user_id": str(cast.teacher.id), **more}


async def until(condition: Callable[[], Any]) -> None:
    """Waits for what another task or thread does."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  # nobody tells when it happens
            await asyncio.sleep(0.02)
