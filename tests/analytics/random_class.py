"""Random classes with everything that old rows hold, and a slow recount of their figures.

A class is made as plain rows first; the recount walks these, one student and one row at a time,
and never asks the database. It shares no code with the service.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from tests.database import superuser

LEVELS = ("remember", "understand", "apply", "analyze", "evaluate", "create")
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
Row = dict[str, Any]


@dataclass
class RandomClass:
    """The rows of one class by table; `students` are the users enrolled as such."""

    seed: int
    people: list[UUID]
    """Users with a student's profile to draw from, and last the owner, a teacher."""
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.id = self._uuid()
        self.owner = self.people[-1]
        self.sandbox = self._uuid() if self.chance.random() < 0.15 else None
        self.foreign = self._uuid()
        """The sandbox of somebody's private copy."""
        self._class()
        self._enroll()
        self._plan()
        self._quizzes()
        self._work()
        self._talk()

    def store(self) -> None:
        for table, rows in self.rows.items():
            copy(table, rows)

    def add(self, table: str, **values: Any) -> Row:
        self.rows.setdefault(table, []).append(values)
        return values

    # Making ----------------------------------------------------------------------------------

    def _uuid(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def _of_sandbox(self) -> UUID | None:
        """Mostly the class's own; sometimes none at all, sometimes that of a copy."""
        return self.chance.choices([self.sandbox, None, self.foreign], [90, 5, 5])[0]

    def _class(self) -> None:
        self.add(
            "classes", id=self.id, owner_id=self.owner, title="Random", sandbox_id=self.sandbox,
            join_code=f"R{self.seed}-{self.id.hex[:8]}",
        )  # fmt: skip

    def _enroll(self) -> None:
        size = self.chance.choice([0, 1, 2, 3, 5, 8, 13, 30])
        if self.seed % 67 == 0:
            size = 400
        self.active = self.chance.sample(self.people[:-1], min(size + 3, len(self.people) - 1))
        """Who does something; the last three left the class."""
        for place, person in enumerate(self.active[:size]):
            self.add(
                "enrollments", id=self._uuid(), class_id=self.id, user_id=person, role="student",
                joined_at=START + timedelta(minutes=place // 2), sandbox_id=self._of_sandbox(),
            )  # fmt: skip
        self.add(
            "enrollments", id=self._uuid(), class_id=self.id, user_id=self.owner, role="teacher",
            joined_at=START, sandbox_id=self.sandbox,
        )  # fmt: skip

    def _plan(self) -> None:
        for status in ("published", "draft", "archived"):
            if self.chance.random() < 0.3:
                continue
            plan = self.add(
                "blueprints", id=self._uuid(), class_id=self.id, status=status,
                created_by=self.owner, sandbox_id=self.sandbox,
            )  # fmt: skip
            for number in range(self.chance.randrange(5)):
                topic = self.add(
                    "topics", id=self._uuid(), blueprint_id=plan["id"], sequence=number,
                    title=f"{status} topic {number}",
                )  # fmt: skip
                for _ in range(self.chance.randrange(4)):
                    level = self.chance.choice([*LEVELS, "Apply", " create ", "guess", None])
                    self.add(
                        "objectives", id=self._uuid(), topic_id=topic["id"], level=level,
                        statement="Know it.",
                    )  # fmt: skip

    def _quizzes(self) -> None:
        topics = [topic["id"] for topic in self.rows.get("topics", [])]
        for number in range(self.chance.randrange(7)):
            activity = self.add(
                "activities", id=self._uuid(), class_id=self.id, title=f"Quiz {number}",
                type=self.chance.choices(["quiz", "flashcards", "homework"], [8, 1, 1])[0],
                status=self.chance.choices(["published", "draft"], [8, 2])[0],
                topic_id=self.chance.choice([*topics, None]), created_by=self.owner,
                created_at=START + timedelta(hours=number), sandbox_id=self._of_sandbox(),
            )  # fmt: skip
            for _ in range(self.chance.choice([0, 1, 1, 1, 2])):
                self.add(
                    "assignments", id=self._uuid(), class_id=self.id, activity_id=activity["id"],
                    assigned_by=self.owner, sandbox_id=self._of_sandbox(),
                )  # fmt: skip

    def _work(self) -> None:
        scores: list[Any] = [None, "NaN", -20, 0, 100, 104.5, "Infinity", 59.99, 60, 70, 75, 66.667]
        for assignment in self.rows.get("assignments", []):
            for person in [*self.active, self.owner]:
                if self.chance.random() < 0.7:
                    status = self.chance.choice(["assigned", "submitted", "reviewed", "late"])
                    self.add(
                        "assignment_recipients", id=self._uuid(), student_id=person, status=status,
                        assignment_id=assignment["id"], sandbox_id=self._of_sandbox(),
                    )  # fmt: skip
                for attempt in range(self.chance.choice([0, 0, 1, 1, 2, 3])):
                    score = self.chance.choice([*scores, round(self.chance.uniform(0, 100), 3)])
                    self.add(
                        "submissions", id=self._uuid(), student_id=person,
                        assignment_id=assignment["id"], sandbox_id=self._of_sandbox(),
                        score=None if score is None else Decimal(str(score)),
                        content=Jsonb({"mode": "quiz_attempt", "attemptNumber": attempt + 1}),
                    )  # fmt: skip

    def _talk(self) -> None:
        for person in self.active[:20]:
            session = self.add(
                "class_chat_sessions", id=self._uuid(), class_id=self.id, owner_user_id=person,
                archived_at=self.chance.choice([None, START]), sandbox_id=self.sandbox,
            )  # fmt: skip
            for _ in range(self.chance.randrange(4)):
                for author in ("student", "assistant", "teacher"):
                    self.add(
                        "class_chat_messages", id=self._uuid(), class_id=self.id, content="…",
                        session_id=session["id"], author_kind=author,
                        author_user_id=None if author == "assistant" else person,
                        sandbox_id=self._of_sandbox(),
                    )  # fmt: skip

    # Counting --------------------------------------------------------------------------------

    def own(self, table: str) -> list[Row]:
        """The rows that are no private copy of somebody else."""
        return [
            row
            for row in self.rows.get(table, [])
            if row.get("sandbox_id") is None or row.get("sandbox_id") == self.sandbox
        ]

    def recount(self) -> Row:
        enrolled = [row for row in self.own("enrollments") if row["role"] == "student"]
        enrolled.sort(key=lambda row: (row["joined_at"], row["id"]))
        students = [row["user_id"] for row in enrolled]
        quizzes = [
            row
            for row in self.own("activities")
            if row["type"] == "quiz" and row["status"] == "published"
        ]
        quiz_of = {
            row["id"]: quiz
            for row in self.own("assignments")
            for quiz in quizzes
            if row["activity_id"] == quiz["id"]
        }
        attempts = [
            (row["student_id"], row["assignment_id"], points(row["score"]))
            for row in self.own("submissions")
            if row["student_id"] in students and row["assignment_id"] in quiz_of
            and points(row["score"]) is not None
        ]  # fmt: skip
        return {
            "student_count": len(students),
            "quiz_count": len(quizzes),
            "assignment_count": len(quiz_of),
            "is_empty": not attempts,
            "average": average(best_scores(attempts)),
            "completion": average(self._completion(one, quiz_of) for one in students),
            "students": [
                {
                    "id": student,
                    "average": average(best_scores(a for a in attempts if a[0] == student)),
                    "completion": self._completion(student, quiz_of),
                    "chat_messages": self._messages(student),
                    "results": self._results(student, attempts, quizzes, quiz_of),
                }
                for student in students
            ],
            "topics": self._topics(attempts, quizzes, quiz_of),
            "bloom": self._bloom(attempts, quizzes, quiz_of),
        }

    def _completion(self, student: UUID, quiz_of: dict[UUID, Row]) -> Fraction:
        done = 0
        for row in self.own("assignment_recipients"):
            if row["student_id"] == student and row["assignment_id"] in quiz_of:
                done += row["status"] in ("submitted", "reviewed")
        return Fraction(done, len(quiz_of)) if quiz_of else Fraction(0)

    def _messages(self, student: UUID) -> int:
        return sum(
            row["author_user_id"] == student and row["author_kind"] == "student"
            for row in self.own("class_chat_messages")
        )

    def _results(
        self, student: UUID, attempts: list[Any], quizzes: list[Row], quiz_of: dict[UUID, Row]
    ) -> list[Any]:
        results = []
        for quiz in sorted(quizzes, key=lambda row: (row["created_at"], row["id"])):
            mine = [a[2] for a in attempts if a[0] == student and quiz_of[a[1]] is quiz]
            if mine:
                results.append((quiz["id"], max(mine), len(mine)))
        return results

    def _topics(
        self, attempts: list[Any], quizzes: list[Row], quiz_of: dict[UUID, Row]
    ) -> dict[UUID, Any]:
        plans = self.rows.get("blueprints", [])
        published = [row["id"] for row in plans if row["status"] == "published"]
        named = {quiz["topic_id"] for quiz in quizzes}
        topics = {}
        for topic in self.rows.get("topics", []):
            if topic["blueprint_id"] in published or topic["id"] in named:
                scores = [a[2] for a in attempts if quiz_of[a[1]]["topic_id"] == topic["id"]]
                topics[topic["id"]] = (average(scores), len(scores))
        return topics

    def _bloom(
        self, attempts: list[Any], quizzes: list[Row], quiz_of: dict[UUID, Row]
    ) -> dict[str, Fraction | None]:
        topics = self._topics(attempts, quizzes, quiz_of)
        bloom: dict[str, Fraction | None] = {}
        for level in LEVELS:
            at_level = {
                row["topic_id"]
                for row in self.rows.get("objectives", [])
                if row["level"] is not None and row["level"].strip().lower() == level
            }
            averages = [topics[t][0] for t in at_level if t in topics and topics[t][1]]
            bloom[level] = average(averages) if averages else None
        return bloom


def points(score: Decimal | None) -> Fraction | None:
    if score is None or score.is_nan():
        return None
    return Fraction(min(max(score, Decimal(0)), Decimal(100))) / 100


def best_scores(attempts: Iterable[Any]) -> list[Fraction]:
    best: dict[Any, Fraction] = {}
    for student, assignment, score in attempts:
        best[student, assignment] = max(best.get((student, assignment), score), score)
    return list(best.values())


def average(values: Iterable[Fraction]) -> Fraction:
    listed = list(values)
    return sum(listed, Fraction(0)) / len(listed) if listed else Fraction(0)


def copy(table: str, rows: list[Row]) -> None:
    """Adds rows as fast as the database takes them."""
    columns = list(rows[0])
    query = sql.SQL("INSERT INTO public.{} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )
    with superuser().cursor() as cursor:
        cursor.executemany(query, [list(row.values()) for row in rows])
