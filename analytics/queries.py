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

HANDED_IN = """
handed_in AS (
  SELECT told.student_id, task.quiz_id
    FROM task JOIN assignment_recipients told ON told.assignment_id = task.id
   WHERE told.status IN ('submitted', 'reviewed')
     AND coalesce(told.sandbox_id = task.sandbox_id, told.sandbox_id IS NULL)
)"""
"""What was handed in of the assigned quizzes, by whoever is or was a student; after `QUIZZES`."""

SCORED = """sent.score IS NOT NULL AND sent.score <> 'NaN'
     AND coalesce(sent.sandbox_id = task.sandbox_id, sent.sandbox_id IS NULL)"""
"""Whether a submission to a `task` carries a score that is a number."""

CLAMPED = "least(greatest({}, 0), 100)"
"""A score within 0 to 100."""

ATTEMPTS = f"""{QUIZZES}, {STUDENTS}, attempt AS (
  SELECT sent.student_id, task.quiz_id, sent.submitted_at, {CLAMPED.format("sent.score")} AS score
    FROM task
    JOIN submissions sent ON sent.assignment_id = task.id
    JOIN student ON student.id = sent.student_id
   WHERE {SCORED}
)"""
"""The scored attempts of enrolled students, clamped to 0 to 100; what is no number is none."""

WEEK = "date_trunc('week', {} AT TIME ZONE 'UTC')::date"
"""Monday of a moment's week, in UTC."""


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
        f"""WITH {QUIZZES}, {STUDENTS}, {HANDED_IN}, done AS (
          SELECT student_id, count(*) AS number FROM handed_in GROUP BY student_id
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
    """A student's scored attempts, four lists with an entry for each assignment attempted."""

    student_id: UUID
    places: list[int]
    """Which quiz was assigned: its place in `quizzes`, from 0."""
    best: list[Any]
    """Best attempt, 0 to 100."""
    totals: list[Any]
    """Sum over the attempts, 0 to 100 each."""
    attempts: list[int]


def scores(class_id: UUID) -> list[ScoreRow]:
    """A row for each enrolled student with a scored attempt.

    Scores outside 0 to 100 are clamped; one that is no number is no attempt. Attempts are summed
    up assignment by assignment, which an index leads to, and never sorted as a whole.
    """
    return _rows(
        ScoreRow,
        f"""WITH {QUIZZES}, {STUDENTS}, placed AS (
          SELECT id, row_number() OVER (ORDER BY created_at, id) - 1 AS place FROM quiz
        )
        SELECT student.id, array_agg(placed.place), array_agg(scored.best),
               array_agg(scored.total), array_agg(scored.number)
          FROM task JOIN placed ON placed.id = task.quiz_id
          CROSS JOIN LATERAL (
            SELECT student_id, max(score) AS best, sum(score) AS total, count(*) AS number
              FROM (SELECT student_id, {CLAMPED.format("score")} AS score
                      FROM submissions sent
                     WHERE sent.assignment_id = task.id AND {SCORED}) attempt
             GROUP BY student_id
          ) scored
          JOIN student ON student.id = scored.student_id
         GROUP BY student.id""",
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
        f"""WITH {ATTEMPTS}, seen AS (
          SELECT {WEEK.format("submitted_at")} AS starts, score, 0 AS message FROM attempt
          UNION ALL
          SELECT {WEEK.format("said.created_at")}, NULL, 1
            FROM student JOIN class_chat_messages said ON said.author_user_id = student.id
           WHERE said.class_id = %(class_id)s AND said.author_kind = 'student'
             AND coalesce(said.sandbox_id = student.sandbox_id, said.sandbox_id IS NULL)
        )
        SELECT starts, avg(score), count(score), sum(message)
          FROM seen GROUP BY starts ORDER BY starts DESC LIMIT {int(most)}""",
        class_id,
    )
    return rows[::-1]


class TopicWeekRow(NamedTuple):
    topic_id: UUID
    starts: date
    average: Any
    """Average of the week's scored attempts at the topic's quizzes, 0 to 100."""
    attempts: int


def topic_weeks(class_id: UUID, most: int) -> list[TopicWeekRow]:
    """A row for each topic and week with a scored attempt, at most so many, oldest first."""
    rows: list[TopicWeekRow] = _rows(
        TopicWeekRow,
        f"""WITH {ATTEMPTS}
        SELECT quiz.topic_id, {WEEK.format("submitted_at")} AS starts, avg(score), count(*)
          FROM attempt JOIN quiz ON quiz.id = attempt.quiz_id
         WHERE quiz.topic_id IS NOT NULL
         GROUP BY quiz.topic_id, starts ORDER BY starts DESC, quiz.topic_id LIMIT {int(most)}""",
        class_id,
    )
    return rows[::-1]


class StudentTopicRow(NamedTuple):
    student_id: UUID
    topic_id: UUID
    average: Any
    """Average of the student's scored attempts at the topic's quizzes, 0 to 100."""


def student_topics(class_id: UUID, most: int) -> list[StudentTopicRow]:
    """A row for each enrolled student and topic with a scored attempt, at most so many."""
    return _rows(
        StudentTopicRow,
        f"""WITH {ATTEMPTS}
        SELECT attempt.student_id, quiz.topic_id, avg(score)
          FROM attempt JOIN quiz ON quiz.id = attempt.quiz_id
         WHERE quiz.topic_id IS NOT NULL
         GROUP BY attempt.student_id, quiz.topic_id ORDER BY 1, 2 LIMIT {int(most)}""",
        class_id,
    )


class QuizWorkRow(NamedTuple):
    title: str
    completed: int
    """Assigned and handed in, over students and assignments of the quiz."""
    assigned: int


def quiz_work(class_id: UUID) -> list[QuizWorkRow]:
    """What of each assigned quiz was handed in by enrolled students, oldest quiz first."""
    return _rows(
        QuizWorkRow,
        f"""WITH {QUIZZES}, {STUDENTS}, {HANDED_IN}, done AS (
          SELECT quiz_id, count(*) AS number
            FROM handed_in JOIN student ON student.id = handed_in.student_id
           GROUP BY quiz_id
        )
        SELECT quiz.title, coalesce(done.number, 0), given.number
          FROM quiz
          JOIN (SELECT quiz_id, count(*) * (SELECT count(*) FROM student) AS number
                  FROM task GROUP BY quiz_id) given ON given.quiz_id = quiz.id
          LEFT JOIN done ON done.quiz_id = quiz.id
         ORDER BY quiz.created_at, quiz.id""",
        class_id,
    )
