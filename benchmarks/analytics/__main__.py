"""What the figures of a large class cost (about a minute).

    python -m benchmarks.analytics [--times 5]

Fills an embedded Postgres with a class of 500 students, 60 assignments, 90,000 submissions and
200,000 chat messages beside a second class of the same size, and reads the figures of the first:
how long that takes, by how much the process grows, how many queries it sends, and how long
a short unit of work takes meanwhile. It fails when a bound does not hold.
"""

import argparse
import asyncio
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from analytics.figures import read_class_figures
from analytics.insights import stored_insights
from benchmarks.figures import figure, tell
from benchmarks.service import DATABASE
from classes.models import Classroom
from tests import database, factories
from tests.queries import count_queries

STUDENTS, QUIZZES, ATTEMPTS, MESSAGES = 500, 60, 3, 200_000
MOST_S, MOST_MB, QUERIES = 1.0, 100, 5
SHORT_MS = 100
"""What a short unit beside it may take at the median."""

FILL = """
INSERT INTO auth.users (id, raw_user_meta_data)
SELECT gen_random_uuid(), jsonb_build_object('account_type', 'student', 'display_name', 'Some One')
  FROM generate_series(1, {students});
INSERT INTO enrollments (class_id, user_id)
SELECT '{class_id}', id FROM auth.users newcomer
 WHERE raw_user_meta_data ->> 'account_type' = 'student'
   AND NOT EXISTS (SELECT FROM enrollments WHERE user_id = newcomer.id);
INSERT INTO activities (class_id, type, title, status, topic_id, created_by)
SELECT '{class_id}', 'quiz', 'Quiz ' || number, 'published',
       (SELECT topic.id FROM topics topic JOIN blueprints plan ON plan.id = topic.blueprint_id
         WHERE plan.class_id = '{class_id}' ORDER BY topic.id OFFSET number % 2 LIMIT 1),
       '{owner_id}'
  FROM generate_series(1, {quizzes}) number;
INSERT INTO assignments (class_id, activity_id, assigned_by)
SELECT class_id, id, created_by FROM activities WHERE class_id = '{class_id}';
INSERT INTO assignment_recipients (assignment_id, student_id, status)
SELECT task.id, member.user_id, 'submitted'
  FROM assignments task JOIN enrollments member USING (class_id)
 WHERE class_id = '{class_id}' AND member.role = 'student';
INSERT INTO submissions (assignment_id, student_id, score, content, submitted_at)
SELECT told.assignment_id, told.student_id, round((random() * 100)::numeric, 2),
       jsonb_build_object('mode', 'quiz_attempt', 'attemptNumber', attempt),
       now() - random() * interval '80 days'
  FROM assignment_recipients told JOIN assignments task ON task.id = told.assignment_id,
       generate_series(1, {attempts}) attempt
 WHERE task.class_id = '{class_id}';
INSERT INTO class_chat_sessions (class_id, owner_user_id)
SELECT class_id, user_id FROM enrollments WHERE class_id = '{class_id}' AND role = 'student';
INSERT INTO class_chat_messages (session_id, class_id, author_user_id, author_kind, content)
SELECT id, class_id, CASE WHEN number % 2 = 0 THEN owner_user_id END,
       CASE WHEN number % 2 = 0 THEN 'student' ELSE 'assistant' END, 'Why is that?'
  FROM class_chat_sessions, generate_series(1, {messages} / {students}) number
 WHERE class_id = '{class_id}';
"""


def large_class() -> Classroom:
    teacher = factories.user("teacher")
    made = factories.classroom(teacher)
    plan = factories.blueprint(made)
    for _ in range(2):
        factories.topic(plan)
    sizes = {"students": STUDENTS, "quizzes": QUIZZES, "attempts": ATTEMPTS, "messages": MESSAGES}
    database.superuser().execute(
        FILL.format(class_id=made.id, owner_id=teacher.id, **sizes).encode()
    )
    return made


def peak_mb() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def timed(class_id: UUID) -> float:
    began = time.monotonic()
    figures = await read_class_figures(class_id)
    took = time.monotonic() - began
    assert figures.student_count == STUDENTS
    assert sum(one.attempts for one in figures.students) == STUDENTS * QUIZZES * ATTEMPTS
    return took


async def beside(class_id: UUID) -> list[float]:
    """Milliseconds of short units while the figures are read."""
    work = asyncio.create_task(timed(class_id))
    taken = []
    while not work.done():
        began = time.monotonic()
        await stored_insights(class_id)
        taken.append((time.monotonic() - began) * 1000)
        await asyncio.sleep(0.01)
    await work
    return taken


async def measure(class_id: UUID, times: int) -> bool:
    at_first = peak_mb()
    await timed(class_id)
    most_mb = peak_mb() - at_first
    took = [await timed(class_id) for _ in range(times)]
    short = [ms for _ in range(times) for ms in await beside(class_id)]
    with count_queries() as queries:
        await timed(class_id)
    return tell(
        "analytics",
        f"python -m benchmarks.analytics --times {times}",
        [
            figure("figures of 90,000 submissions and 200,000 messages", "s", took, MOST_S),
            figure("memory at the peak", "MB", most_mb, MOST_MB),
            figure("queries", "", len(queries), QUERIES),
            figure("a short unit beside it", "ms", short, SHORT_MS),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    with (
        TemporaryDirectory(prefix="analytics") as folder,
        database.test_server(Path(folder) / "database") as server,
        database.django_database(server, DATABASE),
    ):
        class_id = large_class().id
        large_class()
        database.superuser().execute("VACUUM ANALYZE")
        if not asyncio.run(measure(class_id, times)):
            raise SystemExit("A bound does not hold.")


if __name__ == "__main__":
    main()
