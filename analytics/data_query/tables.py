"""The figures of a class as small tables: what a chart may show, and nothing else."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from analytics.figures import BLOOM_LEVELS, mean, of_hundred
from analytics.payload import Insights, StudentRow
from analytics.queries import WeekRow
from stemcore.text import one_line

MOST_STUDENTS = 60
MOST_ROWS = 40
_ABOUT_STUDENTS = re.compile(
    r"\b(?:student|pupil|learner|who|whom|whose|everyone|each|individual|person|people|risk)",
    re.IGNORECASE,
)
BANDS = ((0, 50), (50, 60), (60, 70), (70, 80), (80, 90), (90, 101))


@dataclass(frozen=True)
class Cell:
    """A figure under its label; `student` is the number of the one it is about."""

    label: str
    value: Fraction
    student: int | None = None


@dataclass(frozen=True)
class Table:
    """Figures of one kind; `is_share` says that they are fractions of 1, else they are counts."""

    title: str
    cells: Sequence[Cell]
    is_share: bool = False

    @property
    def text(self) -> str:
        rows = (f"- {cell.label}: {_shown(cell.value)}" for cell in self.cells)
        return "\n".join([f"{self.title} ({'0 to 1' if self.is_share else 'count'}):", *rows])


@dataclass(frozen=True)
class Tables:
    """All tables of a class, and the students behind the numbers."""

    tables: Sequence[Table]
    students: Sequence[StudentRow] = field(repr=False)

    @property
    def text(self) -> str:
        return "\n\n".join(table.text for table in self.tables)

    @property
    def says_something(self) -> bool:
        return any(cell.value for table in self.tables for cell in table.cells)

    def name_of(self, number: int) -> str:
        return self.students[number - 1]["display_name"]


def tables_for(question: str, insights: Insights, weeks: Sequence[WeekRow]) -> Tables:
    """The tables that a question may need; students one by one only where few or asked for."""
    students = insights["students"]
    tables = [
        *_class_tables(insights),
        *_topic_tables(insights),
        *_quiz_tables(students),
        *_week_tables(weeks),
    ]
    if len(students) <= MOST_ROWS or _ABOUT_STUDENTS.search(question):
        tables += _student_tables(students)
    return Tables([table for table in tables if table.cells], students)


def _class_tables(insights: Insights) -> Iterator[Table]:
    summary, students = insights["class_summary"], insights["students"]
    yield Table(
        "The class, shares",
        [
            Cell("Class average score", _exact(summary["avg_score"])),
            Cell("Completion rate", _exact(summary["completion_rate"])),
        ],
        is_share=True,
    )
    yield Table(
        "The class, counts",
        [
            Cell("Students", _exact(summary["student_count"])),
            Cell("Students at risk", _exact(summary["at_risk_count"])),
            Cell("Chat messages per student", _exact(summary["avg_chat_messages"])),
        ],
    )
    risks = [student["risk_level"] for student in students]
    yield _counted("Students by risk level", risks, ("high", "medium", "low"))
    statuses = [topic["status"] for topic in insights["topics"]]
    yield _counted("Topics by status", statuses, ("critical", "warning", "good"))
    yield _distribution(students)
    levels = insights["bloom_breakdown"]
    yield Table(
        "Average score by cognitive level",
        [
            Cell(name, _exact(value))
            for name in BLOOM_LEVELS
            if (value := levels.get(name)) is not None
        ],
        is_share=True,
    )


def _topic_tables(insights: Insights) -> Iterator[Table]:
    topics = insights["topics"][:MOST_ROWS]
    tried = [topic for topic in topics if topic["attempt_count"]]
    yield Table(
        "Average score by topic",
        [Cell(one_line(topic["title"]), _exact(topic["avg_score"])) for topic in tried],
        is_share=True,
    )
    yield Table(
        "Attempts by topic",
        [Cell(one_line(topic["title"]), _exact(topic["attempt_count"])) for topic in topics],
    )


def _quiz_tables(students: Sequence[StudentRow]) -> Iterator[Table]:
    best: dict[str, list[Fraction]] = defaultdict(list)
    attempts: dict[str, int] = defaultdict(int)
    titles: dict[str, str] = {}
    for student in students:
        for activity in student["activity_breakdown"]:
            key = activity["activity_id"]
            titles[key] = one_line(activity["title"])
            best[key].append(_exact(activity["score"]))
            attempts[key] += activity["attempts"]
    keys = list(titles)[:MOST_ROWS]
    averages = [Cell(titles[key], mean(best[key])) for key in keys]
    yield Table("Average best score by quiz", averages, is_share=True)
    yield Table("Attempts by quiz", [Cell(titles[key], Fraction(attempts[key])) for key in keys])
    tried = [Cell(titles[key], Fraction(len(best[key]))) for key in keys]
    yield Table("Students with an attempt by quiz", tried)


def _week_tables(weeks: Sequence[WeekRow]) -> Iterator[Table]:
    scored = [week for week in weeks if week.average is not None]
    averages = [Cell(week.starts.isoformat(), of_hundred(week.average)) for week in scored]
    yield Table("Average score by week (its Monday)", averages, is_share=True)
    for title, name in (("Attempts", "attempts"), ("Students' chat messages", "chat_messages")):
        cells = [Cell(week.starts.isoformat(), Fraction(getattr(week, name))) for week in weeks]
        yield Table(f"{title} by week (its Monday)", cells)


def _student_tables(students: Sequence[StudentRow]) -> Iterator[Table]:
    order = {"high": 0, "medium": 1, "low": 2}
    numbered = list(enumerate(students, start=1))
    numbered.sort(key=lambda one: (order.get(one[1]["risk_level"], 3), one[1]["avg_score"]))
    shown = sorted(numbered[:MOST_STUDENTS], key=lambda one: one[0])

    def cells(of: Iterable[tuple[int, float]]) -> list[Cell]:
        return [Cell(f"Student {number}", _exact(value), number) for number, value in of]

    scores = ((number, student["avg_score"]) for number, student in shown)
    yield Table("Average score by student", cells(scores), is_share=True)
    completions = ((number, student["completion_rate"]) for number, student in shown)
    yield Table("Completion by student", cells(completions), is_share=True)
    messages = ((number, student["chat_message_count"]) for number, student in shown)
    yield Table("Chat messages by student", cells(messages))


def _distribution(students: Sequence[StudentRow]) -> Table:
    scores = [100 * _exact(one["avg_score"]) for one in students if one["activity_breakdown"]]
    cells = [
        Cell(f"{low}-{min(high, 100)} %", Fraction(sum(low <= score < high for score in scores)))
        for low, high in BANDS
    ]
    return Table("Students by average score", cells if scores else [])


def _counted(title: str, values: Sequence[str], names: Sequence[str]) -> Table:
    cells = [Cell(name, Fraction(values.count(name))) for name in names]
    return Table(title, cells if values else [])


def _exact(value: float) -> Fraction:
    """A stored figure as the decimal number that it is written as."""
    return Fraction(str(value))


def _shown(value: Fraction) -> str:
    return f"{float(value):.4f}".rstrip("0").rstrip(".")
