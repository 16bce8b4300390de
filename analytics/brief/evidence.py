"""Is there anything that a brief could rest on?"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection

from analytics.queries import STUDENTS
from learning.models import Blueprint
from stemcore.text import one_line

EVIDENCE = f"""
WITH {STUDENTS}
SELECT EXISTS (SELECT FROM classes class JOIN activities work ON work.class_id = class.id
                WHERE class.id = %(class_id)s AND work.status = 'published'
                  AND coalesce(work.sandbox_id = class.sandbox_id, work.sandbox_id IS NULL))
   AND (EXISTS (SELECT FROM student
                  JOIN submissions sent ON sent.student_id = student.id
                  JOIN assignments task ON task.id = sent.assignment_id
                 WHERE task.class_id = %(class_id)s
                   AND coalesce(task.sandbox_id = student.sandbox_id, task.sandbox_id IS NULL)
                   AND coalesce(sent.sandbox_id = student.sandbox_id, sent.sandbox_id IS NULL))
     OR EXISTS (SELECT FROM student
                  JOIN class_chat_messages said ON said.author_user_id = student.id
                 WHERE said.class_id = %(class_id)s AND said.author_kind = 'student'
                   AND coalesce(said.sandbox_id = student.sandbox_id, said.sandbox_id IS NULL)))
"""  # noqa: S608  # put together from constants
"""Rows of a guest's copy are none of the class's, as in the figures."""


def has_evidence(class_id: UUID) -> bool:
    """Whether the class has students, a published activity, and submissions or chat of theirs.

    To be called inside a unit of work.
    """
    with connection.cursor() as cursor:
        cursor.execute(EVIDENCE, {"class_id": class_id})
        return bool(cursor.fetchone()[0])


def known_misconceptions(class_id: UUID) -> Mapping[str, Sequence[str]]:
    """What the published blueprint warns of, by the title of the topic; in a unit of work."""
    content = (
        Blueprint.objects.filter(classroom_id=class_id, status="published")
        .values_list("content_json", flat=True)
        .first()
    )
    topics = content.get("topics") if isinstance(content, dict) else None
    entries = [one for one in topics if isinstance(one, dict)] if isinstance(topics, list) else []
    return {
        one_line(str(one.get("title", ""))): [flag for flag in flags if isinstance(flag, str)]
        for one in entries
        if isinstance(flags := one.get("misconceptionFlags"), list)
    }
