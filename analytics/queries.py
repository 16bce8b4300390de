"""The SQL behind a class's figures: a handful of aggregates, whatever the size of the class.

Each query takes the class as `class_id` and nothing else. Rows that carry a `sandbox_id` other
than their class's are a guest's private copy and are left out everywhere.
"""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

QUIZZES = """
quiz AS (
  SELECT quiz.id, quiz.title, quiz.topic_id, quiz.created_at, class.sandbox_id
    FROM classes class JOIN activities quiz ON quiz.class_id = class.id
   WHERE class.id = %(class_id)s AND quiz.type = 'quiz' AND quiz.status = 'published'
     AND coalesce(quiz.sandbox_id = class.sandbox_id, quiz.sandbox_id IS NULL)
), task AS (
  SELECT task.id, quiz.id AS quiz_id, quiz.sandbox_id
    FROM quiz JOIN assignments task ON task.activity_id = quiz.id AND task.class_id = %(class_id)s
   WHERE coalesce(task.sandbox_id = quiz.sandbox_id, task.sandbox_id IS NULL)
)"""
"""Published quizzes, and what of them was assigned to the class."""

STUDENTS = """
student AS (
  SELECT enrolled.user_id AS id, enrolled.joined_at, enrolled.id AS place, class.sandbox_id
    FROM classes class JOIN enrollments enrolled ON enrolled.class_id = class.id
   WHERE class.id = %(class_id)s AND enrolled.role = 'student'
     AND coalesce(enrolled.sandbox_id = class.sandbox_id, enrolled.sandbox_id IS NULL)
)"""
"""Who is enrolled as a student now."""


class StudentRow(NamedTuple):
    id: UUID
    display_name: str | None
    completed: int
    """Assigned quizzes that the student handed in."""
    chat_messages: int


def students(class_id: UUID) -> list[StudentRow]:
    """The enrolled students by join time."""
    return _rows(
        StudentRow,
        f"""WITH {QUIZZES}, {STUDENTS}, done AS (
          SELECT told.student_id, count(*) AS number
            FROM task JOIN assignment_recipients told ON told.assignment_id = task.id
           WHERE told.status IN ('submitted', 'reviewed')
             AND coalesce(told.sandbox_id = task.sandbox_id, told.sandbox_id IS NULL)
           GROUP BY told.student_id
        ), asked AS (
          SELECT said.author_user_id, count(*) AS number
            FROM classes class JOIN class_chat_messages said ON said.class_id = class.id
           WHERE class.id = %(class_id)s AND said.author_kind = 'student'
             AND coalesce(said.sandbox_id = class.sandbox_id, said.sandbox_id IS NULL)
           GROUP BY said.author_user_id
        )
        SELECT student.id, profile.display_name,
               coalesce(done.number, 0), coalesce(asked.number, 0)
          FROM student
          LEFT JOIN profiles profile ON profile.id = student.id
          LEFT JOIN done ON done.student_id = student.id
          LEFT JOIN asked ON asked.author_user_id = student.id
         ORDER BY student.joined_at, student.place""",
        class_id,
    )


class QuizRow(NamedTuple):
    id: UUID
    title: str
    topic_id: UUID | None
    assignments: int
    """How often the quiz was assigned to the class."""


def quizzes(class_id: UUID) -> list[QuizRow]:
    """The published quizzes, oldest first."""
    return _rows(
        QuizRow,
        f"""WITH {QUIZZES}
        SELECT quiz.id, quiz.title, quiz.topic_id, count(task.id)
          FROM quiz LEFT JOIN task ON task.quiz_id = quiz.id
         GROUP BY quiz.id, quiz.title, quiz.topic_id, quiz.created_at
         ORDER BY quiz.created_at, quiz.id""",
        class_id,
    )


class ScoreRow(NamedTuple):
    student_id: UUID
    quiz_id: UUID
    best: Any
    """Best attempt at one assignment of the quiz, 0 to 100."""
    total: Any
    """Sum over the attempts, 0 to 100 each."""
    attempts: int


def scores(class_id: UUID) -> list[ScoreRow]:
    """A row for each enrolled student and assignment with a scored attempt.

    Scores outside 0 to 100 are clamped; one that is no number is no attempt.
    """
    return _rows(
        ScoreRow,
        f"""WITH {QUIZZES}, {STUDENTS}, attempt AS (
          SELECT sent.student_id, task.id AS task_id, task.quiz_id,
                 least(greatest(sent.score, 0), 100) AS score
            FROM task
            JOIN submissions sent ON sent.assignment_id = task.id
            JOIN student ON student.id = sent.student_id
           WHERE sent.score IS NOT NULL AND sent.score <> 'NaN'
             AND coalesce(sent.sandbox_id = task.sandbox_id, sent.sandbox_id IS NULL)
        )
        SELECT student_id, quiz_id, max(score), sum(score), count(*)
          FROM attempt GROUP BY student_id, task_id, quiz_id""",
        class_id,
    )


class TopicRow(NamedTuple):
    id: UUID
    title: str
    levels: list[str]
    """The levels of its objectives, as they are stored."""


def topics(class_id: UUID) -> list[TopicRow]:
    """The published blueprint's topics in order, then others that a published quiz names."""
    return _rows(
        TopicRow,
        f"""WITH {QUIZZES}, published AS (
          SELECT plan.id FROM classes class JOIN blueprints plan ON plan.class_id = class.id
           WHERE class.id = %(class_id)s AND plan.status = 'published'
             AND coalesce(plan.sandbox_id = class.sandbox_id, plan.sandbox_id IS NULL)
        )
        SELECT topic.id, topic.title,
               array(SELECT goal.level FROM objectives goal
                      WHERE goal.topic_id = topic.id AND goal.level IS NOT NULL
                      ORDER BY goal.created_at, goal.id)
          FROM topics topic JOIN blueprints plan ON plan.id = topic.blueprint_id
         WHERE plan.class_id = %(class_id)s
           AND (plan.id IN (SELECT id FROM published)
                OR topic.id IN (SELECT topic_id FROM quiz))
         ORDER BY plan.id IN (SELECT id FROM published) DESC,
                  topic.sequence, topic.created_at, topic.id""",
        class_id,
    )


def hold_still() -> None:
    """Lets every further query of the transaction see the same moment, and write nothing.

    To be the first statement of its transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _rows(kind: Any, sql: str, class_id: UUID) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"class_id": class_id})
        return [kind(*row) for row in cursor.fetchall()]


class WeekRow(NamedTuple):
    starts: date
    """Monday of the week, in UTC."""
    average: Any
    """Average of the week's scored attempts, 0 to 100; None without one."""
    attempts: int
    chat_messages: int


def weeks(class_id: UUID, most: int) -> list[WeekRow]:
    """The last weeks in which students were scored or wrote, at most so many, oldest first."""
    rows: list[WeekRow] = _rows(
        WeekRow,
        f"""WITH {QUIZZES}, {STUDENTS}, seen AS (
          SELECT date_trunc('week', sent.submitted_at AT TIME ZONE 'UTC')::date AS starts,
                 least(greatest(sent.score, 0), 100) AS score, 0 AS message
            FROM task
            JOIN submissions sent ON sent.assignment_id = task.id
            JOIN student ON student.id = sent.student_id
           WHERE sent.score IS NOT NULL AND sent.score <> 'NaN'
             AND coalesce(sent.sandbox_id = task.sandbox_id, sent.sandbox_id IS NULL)
          UNION ALL
          SELECT date_trunc('week', said.created_at AT TIME ZONE 'UTC')::date, NULL, 1
            FROM student JOIN class_chat_messages said ON said.author_user_id = student.id
           WHERE said.class_id = %(class_id)s AND said.author_kind = 'student'
             AND coalesce(said.sandbox_id = student.sandbox_id, said.sandbox_id IS NULL)
        )
        SELECT starts, avg(score), count(score), sum(message)
          FROM seen GROUP BY starts ORDER BY starts DESC LIMIT {int(most)}""",
        class_id,
    )
    return rows[::-1]
