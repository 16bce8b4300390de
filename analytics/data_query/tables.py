"""The figures of a class as small tables: what a chart may show, and nothing else."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from analytics.figures import mean, of_hundred, share
from analytics.payload import Insights, StudentRow
from analytics.queries import QuizWorkRow, StudentTopicRow, TopicWeekRow, WeekRow
from learning.bloom import BLOOM_LEVELS
from stemcore.text import one_line

MOST_STUDENTS = 60
MOST_ROWS = 40
_ABOUT_STUDENTS = re.compile(
    r"\b(?:student|pupil|learner|who|whom|whose|everyone|each|individual|person|people|risk)",
    re.IGNORECASE,
)
_ABOUT_TOPICS = re.compile(r"\b(?:topic|subject|unit|chapter|concept|area)", re.IGNORECASE)
_ABOUT_TIME = re.compile(
    r"\b(?:week|month|time|trend|progress|improv|since|develop|chang|histor|recent|last)",
    re.IGNORECASE,
)
_ABOUT_SPREAD = re.compile(
    r"\b(?:distribut|spread|range|histogram|band|how many|scored|grades?)", re.IGNORECASE
)
_PADDING = re.compile(r"[\W_]+")
MOST_PARTS = 8
"""Topics or quizzes that have tables of their own, when the question names none."""
BANDS = ((0, 50), (50, 60), (60, 70), (70, 80), (80, 90), (90, 101))


@dataclass(frozen=True)
class Cell:
    """A figure under its label; `student` is the number of the one it is about."""

    label: str
    value: Fraction
    student: int | None = None


@dataclass(frozen=True)
class Table:
    """Figures of one kind; `is_share` says that they are fractions of 1, else they are counts.

    Figures `about` one topic or quiz alone are drawn only in charts that name it.
    """

    title: str
    cells: Sequence[Cell]
    is_share: bool = False
    about: str = ""

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

    def named_in(self, text: str) -> "Tables":
        """Those of the whole class, and of the topics and quizzes that a text names."""
        named = [t for t in self.tables if not t.about or _names(text, t.about)]
        return Tables(named, self.students)

    def name_of(self, number: int) -> str:
        return self.students[number - 1]["display_name"]


@dataclass(frozen=True)
class Details:
    """Figures beside the insights."""

    weeks: Sequence[WeekRow] = ()
    quizzes: Sequence[QuizWorkRow] = ()
    topic_weeks: Sequence[TopicWeekRow] = ()
    student_topics: Sequence[StudentTopicRow] = ()


def tables_for(question: str, insights: Insights, details: Details) -> Tables:
    """The tables that a question may need.

    Students one by one only where they are few or asked for; topics by week, students by topic
    and scores by quiz only where the question's words ask for them.
    """
    students = insights["students"]
    tables = [
        *_class_tables(insights),
        *_topic_tables(insights),
        *_quiz_tables(students, details.quizzes),
        *_week_tables(details.weeks),
    ]
    about_students = bool(_ABOUT_STUDENTS.search(question)) or _names_student(question, students)
    if len(students) <= MOST_ROWS or about_students:
        tables += _student_tables(students)
    topics = _topics_asked(question, insights)
    if _ABOUT_TIME.search(question):
        tables += _topic_week_tables(topics, details.topic_weeks)
    if about_students:
        tables += _student_topic_tables(topics, students, details.student_topics)
    if _ABOUT_SPREAD.search(question):
        tables += _quiz_distributions(question, students)
    return Tables([table for table in tables if table.cells], students)


def folded(label: str) -> str:
    """A label without case and punctuation."""
    return one_line(_PADDING.sub(" ", label.casefold()))


def _names(text: str, title: str) -> bool:
    return bool(folded(title)) and f" {folded(title)} " in f" {folded(text)} "


def _names_student(question: str, students: Sequence[StudentRow]) -> bool:
    first_names = (one["display_name"].partition(" ")[0] for one in students)
    return any(_names(question, name) for name in first_names)


def _topics_asked(question: str, insights: Insights) -> dict[str, str]:
    """Topic id → title: those that the question names, all where it asks for topics."""
    titles = {one["topic_id"]: one_line(one["title"]) for one in insights["topics"]}
    named = {key: title for key, title in titles.items() if _names(question, title)}
    if named or not _ABOUT_TOPICS.search(question):
        return named
    return dict(list(titles.items())[:MOST_PARTS])


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
    levels: dict[str, int] = defaultdict(int)
    for topic in insights["topics"]:
        for level in topic["bloom_levels"]:
            levels[level] += topic["attempt_count"]
    tried_levels = [Cell(name, Fraction(levels[name])) for name in BLOOM_LEVELS if levels[name]]
    yield Table("Attempts by cognitive level", tried_levels)
    yield Table(
        "Attempts by topic",
        [Cell(one_line(topic["title"]), _exact(topic["attempt_count"])) for topic in topics],
    )


def _quiz_tables(students: Sequence[StudentRow], work: Sequence[QuizWorkRow]) -> Iterator[Table]:
    completion = [
        Cell(one_line(quiz.title), share(quiz.completed, quiz.assigned))
        for quiz in work[:MOST_ROWS]
    ]
    yield Table("Completion by quiz", completion, is_share=True)
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


def _topic_week_tables(topics: Mapping[str, str], rows: Sequence[TopicWeekRow]) -> Iterator[Table]:
    for topic_id, title in topics.items():
        weeks = [row for row in rows if str(row.topic_id) == topic_id][-MOST_ROWS:]
        averages = [Cell(row.starts.isoformat(), of_hundred(row.average)) for row in weeks]
        yield Table(f"{title}: average score by week", averages, is_share=True, about=title)
        attempts = [Cell(row.starts.isoformat(), Fraction(row.attempts)) for row in weeks]
        yield Table(f"{title}: attempts by week", attempts, about=title)


def _student_topic_tables(
    topics: Mapping[str, str], students: Sequence[StudentRow], rows: Sequence[StudentTopicRow]
) -> Iterator[Table]:
    numbers = {one["student_id"]: number for number, one in enumerate(students, start=1)}
    for topic_id, title in topics.items():
        scored = [
            (numbers[str(row.student_id)], of_hundred(row.average))
            for row in rows
            if str(row.topic_id) == topic_id and str(row.student_id) in numbers
        ]
        worst = sorted(sorted(scored, key=lambda one: one[1])[:MOST_STUDENTS])
        cells = [Cell(f"Student {number}", value, number) for number, value in worst]
        yield Table(f"{title}: average score by student", cells, is_share=True, about=title)


def _quiz_distributions(question: str, students: Sequence[StudentRow]) -> list[Table]:
    """How many students had their best score where, for the quizzes named, else for the first."""
    best: dict[str, list[Fraction]] = defaultdict(list)
    for student in students:
        for activity in student["activity_breakdown"]:
            best[one_line(activity["title"])].append(_exact(activity["score"]))
    named = [title for title in best if _names(question, title)] or list(best)[:MOST_PARTS]
    return [
        Table(f"{title}: students by best score", _bands(best[title]), about=title)
        for title in named
    ]


def _distribution(students: Sequence[StudentRow]) -> Table:
    scores = [_exact(one["avg_score"]) for one in students if one["activity_breakdown"]]
    return Table("Students by average score", _bands(scores))


def _bands(scores: Sequence[Fraction]) -> list[Cell]:
    """How many of the scores lie in each band; nothing of none."""
    return [
        Cell(f"{low}-{min(high, 100)} %", Fraction(sum(low <= 100 * one < high for one in scores)))
        for low, high in BANDS
        if scores
    ]


def _counted(title: str, values: Sequence[str], names: Sequence[str]) -> Table:
    cells = [Cell(name, Fraction(values.count(name))) for name in names]
    return Table(title, cells if values else [])


def _exact(value: float) -> Fraction:
    """A stored figure as the decimal number that it is written as."""
    return Fraction(str(value))


def _shown(value: Fraction) -> str:
    return f"{float(value):.4f}".rstrip("0").rstrip(".")
