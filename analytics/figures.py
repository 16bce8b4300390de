"""A class in figures: what its students scored, finished and asked, exact and without a model.

Scores are fractions of 1 and averages are exact (`Fraction`), so that no rule that compares them
depends on how a float was rounded. What leaves here is rounded once, to four decimals.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import reduce
from typing import Literal
from uuid import UUID

from analytics import queries
from analytics.queries import QuizRow, ScoreRow, StudentRow, TopicRow
from stemcore.database import LONG, write
from stemcore.text import one_line

Risk = Literal["high", "medium", "low"]
Status = Literal["critical", "warning", "good"]

BLOOM_LEVELS = ("remember", "understand", "apply", "analyze", "evaluate", "create")
FAILING = Fraction(60, 100)
SHAKY = Fraction(70, 100)
MOSTLY_KNOWN = Fraction(75, 100)
HALF = Fraction(1, 2)
_EXACT = Context(prec=1_000)


@dataclass(frozen=True)
class QuizResult:
    """A student's attempts at a quiz; `best` is the best score of them all."""

    quiz_id: UUID
    title: str
    best: Fraction
    attempts: int


@dataclass(frozen=True)
class StudentFigures:
    """A student's work; `number` is the place by join time, which stands for the name in prompts.

    `average` is that of the best scores of the assignments attempted, 0 without an attempt.
    """

    id: UUID
    number: int
    full_name: str
    average: Fraction
    completion: Fraction
    chat_messages: int
    results: tuple[QuizResult, ...]

    @property
    def display_name(self) -> str:
        return short_name(self.full_name, self.number)

    @property
    def attempts(self) -> int:
        return sum(result.attempts for result in self.results)

    @property
    def risk(self) -> Risk:
        if self.average < FAILING and self.completion < HALF:
            return "high"
        return "medium" if self.average < SHAKY or self.completion < HALF else "low"


@dataclass(frozen=True)
class TopicFigures:
    """A topic's attempts; `average` takes every attempt and is 0 without one."""

    id: UUID
    title: str
    levels: tuple[str, ...]
    average: Fraction
    attempts: int

    @property
    def status(self) -> Status:
        if self.average < FAILING:
            return "critical"
        return "warning" if self.average <= MOSTLY_KNOWN else "good"


@dataclass(frozen=True)
class ClassFigures:
    """What a class did in its published quizzes.

    `average` is that of all best scores. A class without a published quiz or a scored attempt
    `is_empty`: then only `student_count` says something.
    """

    student_count: int
    quiz_count: int
    assignment_count: int
    average: Fraction
    completion: Fraction
    students: tuple[StudentFigures, ...]
    topics: tuple[TopicFigures, ...]

    @property
    def is_empty(self) -> bool:
        return not any(student.results for student in self.students)

    @property
    def at_risk_count(self) -> int:
        return self.student_count - self.with_risk("low")

    def with_risk(self, risk: Risk) -> int:
        """How many students have this risk."""
        return sum(student.risk == risk for student in self.students)

    @property
    def without_attempt(self) -> int:
        """How many students have no scored attempt."""
        return sum(not student.results for student in self.students)

    @property
    def chat_messages(self) -> int:
        return sum(student.chat_messages for student in self.students)

    @property
    def chat_messages_per_student(self) -> Fraction:
        return share(self.chat_messages, self.student_count)

    @property
    def bloom(self) -> dict[str, Fraction | None]:
        """Level → average of the averages of its topics with attempts; None where none has any."""
        return {level: self._bloom_average(level) for level in BLOOM_LEVELS}

    def _bloom_average(self, level: str) -> Fraction | None:
        averages = [t.average for t in self.topics if t.attempts and level in t.levels]
        return mean(averages) if averages else None


def class_figures(class_id: UUID) -> ClassFigures:
    """The figures of a class, read in the unit of work in hand."""
    students, quizzes = queries.students(class_id), queries.quizzes(class_id)
    scores, topics = queries.scores(class_id), queries.topics(class_id)
    by_student = defaultdict(list)
    for score in scores:
        by_student[score.student_id].append(score)
    assigned = sum(quiz.assignments for quiz in quizzes)
    titles = {quiz.id: quiz.title for quiz in quizzes}
    return ClassFigures(
        student_count=len(students),
        quiz_count=len(quizzes),
        assignment_count=assigned,
        average=average_of(score.best for score in scores),
        completion=share(sum(one.completed for one in students), assigned * len(students)),
        students=tuple(
            _student(row, number, by_student[row.id], assigned, titles)
            for number, row in enumerate(students, start=1)
        ),
        topics=_topics(topics, quizzes, scores),
    )


@write(lane=LONG)
def read_class_figures(class_id: UUID) -> ClassFigures:
    """The figures of a class, all of one moment."""
    queries.hold_still()
    return class_figures(class_id)


def _student(
    row: StudentRow,
    number: int,
    scores: Sequence[ScoreRow],
    assigned: int,
    titles: Mapping[UUID, str],
) -> StudentFigures:
    return StudentFigures(
        id=row.id,
        number=number,
        full_name=one_line(row.display_name or ""),
        average=average_of(score.best for score in scores),
        completion=share(row.completed, assigned),
        chat_messages=row.chat_messages,
        results=_results(scores, titles),
    )


def _results(scores: Sequence[ScoreRow], titles: Mapping[UUID, str]) -> tuple[QuizResult, ...]:
    """The attempted quizzes in the order of `titles`, the assignments of one taken together."""
    best: dict[UUID, Decimal] = {}
    attempts: dict[UUID, int] = defaultdict(int)
    for score in scores:
        best[score.quiz_id] = max(best.get(score.quiz_id, Decimal(0)), score.best)
        attempts[score.quiz_id] += score.attempts
    return tuple(
        QuizResult(quiz_id, title, of_hundred(best[quiz_id]), attempts[quiz_id])
        for quiz_id, title in titles.items()
        if quiz_id in best
    )


def _topics(
    topics: Sequence[TopicRow], quizzes: Sequence[QuizRow], scores: Sequence[ScoreRow]
) -> tuple[TopicFigures, ...]:
    topic_of = {quiz.id: quiz.topic_id for quiz in quizzes}
    totals: dict[UUID | None, list[Decimal]] = defaultdict(list)
    attempts: dict[UUID | None, int] = defaultdict(int)
    for score in scores:
        topic_id = topic_of[score.quiz_id]
        totals[topic_id].append(score.total)
        attempts[topic_id] += score.attempts
    return tuple(
        TopicFigures(
            id=topic.id,
            title=topic.title,
            levels=_known_levels(topic.levels),
            average=share(total(totals[topic.id]) / 100, attempts[topic.id]),
            attempts=attempts[topic.id],
        )
        for topic in topics
    )


def _known_levels(levels: Iterable[str]) -> tuple[str, ...]:
    stored = {level.strip().lower() for level in levels}
    return tuple(level for level in BLOOM_LEVELS if level in stored)


def short_name(full_name: str, number: int) -> str:
    """A name as `First L.`; `Student <number>` for somebody without one."""
    words = full_name.split()
    if not words:
        return f"Student {number}"
    initial = words[-1][0]
    return f"{words[0]} {initial.upper()}." if len(words) > 1 and initial.isalpha() else words[0]


def of_hundred(score: Decimal) -> Fraction:
    """A score of 0 to 100 as a fraction of 1."""
    return Fraction(score) / 100


def total(scores: Iterable[Decimal]) -> Fraction:
    """The exact sum; decimals are added, which is many times faster than fractions."""
    return Fraction(reduce(_EXACT.add, scores, Decimal(0)))


def average_of(scores: Iterable[Decimal]) -> Fraction:
    """The average of scores of 0 to 100, as a fraction of 1; 0 of nothing."""
    listed = list(scores)
    return share(total(listed) / 100, len(listed))


def share(part: Fraction | int, whole: int) -> Fraction:
    """`part / whole`, 0 of nothing."""
    return Fraction(part) / whole if whole else Fraction(0)


def mean(values: Iterable[Fraction]) -> Fraction:
    """The arithmetic mean, 0 of nothing."""
    listed = list(values)
    return share(sum(listed, Fraction(0)), len(listed))


def rounded(value: Fraction) -> float:
    """Four decimals, halves upwards: how figures leave the service."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return float(exact.quantize(Decimal("0.0001"), ROUND_HALF_UP))
