"""A class in figures: what its students scored, finished and asked, exact and without a model.

Scores are fractions of 1 and averages are exact (`Fraction`), so that no rule that compares them
depends on how a float was rounded. What leaves here is rounded once, to four decimals.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import reduce
from typing import Literal
from uuid import UUID

from analytics import queries
from analytics.queries import QuizRow, ScoreRow, StudentRow, TopicRow
from learning.bloom import BLOOM_LEVELS, BloomLevel
from stemcore.database import LONG, write
from stemcore.text import one_line

Risk = Literal["high", "medium", "low"]
Status = Literal["critical", "warning", "good"]

FAILING = Fraction(60, 100)
SHAKY = Fraction(70, 100)
MOSTLY_KNOWN = Fraction(75, 100)
HALF = Fraction(1, 2)
_EXACT = Context(prec=1_000)


@dataclass(frozen=True)
class QuizResult:
    """A student's attempts at a quiz; `best` is the best score of them all, 0 to 1."""

    quiz_id: UUID
    title: str
    best: Decimal
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
    def bloom(self) -> dict[BloomLevel, Fraction | None]:
        """Level → average of the averages of its topics with attempts; None where none has any."""
        return {level: self._bloom_average(level) for level in BLOOM_LEVELS}

    def _bloom_average(self, level: BloomLevel) -> Fraction | None:
        averages = [t.average for t in self.topics if t.attempts and level in t.levels]
        return mean(averages) if averages else None


def class_figures(class_id: UUID) -> ClassFigures:
    """The figures of a class, read in the unit of work in hand."""
    students, quizzes = queries.students(class_id), queries.quizzes(class_id)
    scores, topics = queries.scores(class_id), queries.topics(class_id)
    by_student = {score.student_id: score for score in scores}
    assigned = sum(quiz.assignments for quiz in quizzes)
    return ClassFigures(
        student_count=len(students),
        quiz_count=len(quizzes),
        assignment_count=assigned,
        average=average_of(best for score in scores for best in score.best),
        completion=share(sum(one.completed for one in students), assigned * len(students)),
        students=tuple(
            _student(row, number, by_student.get(row.id), assigned, quizzes)
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
    score: ScoreRow | None,
    assigned: int,
    quizzes: Sequence[QuizRow],
) -> StudentFigures:
    return StudentFigures(
        id=row.id,
        number=number,
        full_name=one_line(row.display_name or ""),
        average=average_of(score.best if score else ()),
        completion=share(row.completed, assigned),
        chat_messages=row.chat_messages,
        results=_results(score, quizzes) if score else (),
    )


def _results(score: ScoreRow, quizzes: Sequence[QuizRow]) -> tuple[QuizResult, ...]:
    """The attempted quizzes in their order, the assignments of one taken together."""
    best: dict[int, Decimal] = {}
    attempts: dict[int, int] = defaultdict(int)
    for place, at_best, number in zip(score.places, score.best, score.attempts, strict=True):
        best[place] = max(best.get(place, at_best), at_best)
        attempts[place] += number
    return tuple(
        QuizResult(
            quizzes[place].id,
            quizzes[place].title,
            _EXACT.scaleb(best[place], -2),
            attempts[place],
        )
        for place in sorted(best)
    )


def _topics(
    topics: Sequence[TopicRow], quizzes: Sequence[QuizRow], scores: Sequence[ScoreRow]
) -> tuple[TopicFigures, ...]:
    topic_of = [quiz.topic_id for quiz in quizzes]
    totals: dict[UUID | None, list[Decimal]] = {topic_id: [] for topic_id in topic_of}
    attempts = dict.fromkeys(topic_of, 0)
    for score in scores:
        for place, of_quiz, number in zip(score.places, score.totals, score.attempts, strict=True):
            totals[topic_of[place]].append(of_quiz)
            attempts[topic_of[place]] += number
    return tuple(
        TopicFigures(
            id=topic.id,
            title=topic.title,
            levels=_known_levels(topic.levels),
            average=share(total(totals.get(topic.id, ())) / 100, attempts.get(topic.id, 0)),
            attempts=attempts.get(topic.id, 0),
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


def rounded(value: Fraction | Decimal) -> float:
    """Four decimals, halves upwards: how figures leave the service."""
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    return float(value.quantize(Decimal("0.0001"), ROUND_HALF_UP))
