"""The insights as they are stored and answered: figures rounded once, names shortened."""

from datetime import datetime
from typing import Annotated

from typing_extensions import TypedDict

from analytics.figures import ClassFigures, StudentFigures, TopicFigures, rounded
from stemcore.moments import iso
from stemcore.shown import Id, Moment, one_of


class ClassSummary(TypedDict):
    """The class as a whole. Scores and rates are between 0 and 1."""

    student_count: int
    avg_score: float
    completion_rate: float
    at_risk_count: int
    """Students whose risk is medium or high."""
    avg_chat_messages: float
    is_empty: bool
    """No student has a scored attempt yet: all figures but the students are zero."""


class TopicRow(TypedDict):
    """A topic and how its quizzes went."""

    topic_id: Id
    title: str
    bloom_levels: list[str]
    avg_score: float
    attempt_count: int
    status: Annotated[str, one_of("critical", "warning", "good")]


class ActivityRow(TypedDict):
    activity_id: Id
    title: str
    score: float
    """The best attempt."""
    attempts: int


class StudentRow(TypedDict):
    """A student's work."""

    student_id: Id
    display_name: str
    avg_score: float
    completion_rate: float
    chat_message_count: int
    risk_level: Annotated[str, one_of("high", "medium", "low")]
    activity_breakdown: list[ActivityRow]
    ai_mini_summary: str | None
    """A sentence about the student, where there are words."""


class Intervention(TypedDict):
    """Something to do about a topic."""

    type: Annotated[str, one_of("generate_quiz")]
    topic_id: Id
    topic_title: str
    reason: str
    suggested_action: str


class Narrative(TypedDict):
    """The figures in words."""

    executive_summary: str
    key_findings: list[str]
    interventions: list[Intervention]


class Insights(TypedDict):
    """A class in figures, and in words where a model found some."""

    generated_at: Moment
    class_summary: ClassSummary
    topics: list[TopicRow]
    bloom_breakdown: dict[str, float | None]
    """Average score by level: remember, understand, apply, analyze, evaluate, create."""
    students: list[StudentRow]
    ai_narrative: Narrative | None


def insights_payload(figures: ClassFigures, at: datetime) -> Insights:
    """The insights of a class without words; an empty class has zeros, but its student count."""
    is_empty = figures.is_empty
    return {
        "generated_at": iso(at),
        "class_summary": _summary(figures),
        "topics": [] if is_empty else [_topic(topic) for topic in figures.topics],
        "bloom_breakdown": {
            level: None if average is None else rounded(average)
            for level, average in figures.bloom.items()
        },
        "students": [] if is_empty else [_student(student) for student in figures.students],
        "ai_narrative": None,
    }


def _summary(figures: ClassFigures) -> ClassSummary:
    if figures.is_empty:
        return {
            "student_count": figures.student_count,
            "avg_score": 0.0,
            "completion_rate": 0.0,
            "at_risk_count": 0,
            "avg_chat_messages": 0.0,
            "is_empty": True,
        }
    return {
        "student_count": figures.student_count,
        "avg_score": rounded(figures.average),
        "completion_rate": rounded(figures.completion),
        "at_risk_count": figures.at_risk_count,
        "avg_chat_messages": rounded(figures.chat_messages_per_student),
        "is_empty": False,
    }


def _topic(topic: TopicFigures) -> TopicRow:
    return {
        "topic_id": str(topic.id),
        "title": topic.title,
        "bloom_levels": list(topic.levels),
        "avg_score": rounded(topic.average),
        "attempt_count": topic.attempts,
        "status": topic.status,
    }


def _student(student: StudentFigures) -> StudentRow:
    return {
        "student_id": str(student.id),
        "display_name": student.display_name,
        "avg_score": rounded(student.average),
        "completion_rate": rounded(student.completion),
        "chat_message_count": student.chat_messages,
        "risk_level": student.risk,
        "activity_breakdown": [
            {
                "activity_id": str(result.quiz_id),
                "title": result.title,
                "score": rounded(result.best),
                "attempts": result.attempts,
            }
            for result in student.results
        ],
        "ai_mini_summary": None,
    }
