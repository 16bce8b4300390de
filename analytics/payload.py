"""The insights as they are stored and answered: figures rounded once, names shortened."""

from datetime import datetime

from typing_extensions import TypedDict

from analytics.figures import ClassFigures, StudentFigures, TopicFigures, rounded
from stemcore.moments import iso


class ClassSummary(TypedDict):
    student_count: int
    avg_score: float
    completion_rate: float
    at_risk_count: int
    avg_chat_messages: float
    is_empty: bool


class TopicRow(TypedDict):
    topic_id: str
    title: str
    bloom_levels: list[str]
    avg_score: float
    attempt_count: int
    status: str


class ActivityRow(TypedDict):
    activity_id: str
    title: str
    score: float
    attempts: int


class StudentRow(TypedDict):
    student_id: str
    display_name: str
    avg_score: float
    completion_rate: float
    chat_message_count: int
    risk_level: str
    activity_breakdown: list[ActivityRow]
    ai_mini_summary: str | None


class Intervention(TypedDict):
    type: str
    topic_id: str
    topic_title: str
    reason: str
    suggested_action: str


class Narrative(TypedDict):
    executive_summary: str
    key_findings: list[str]
    interventions: list[Intervention]


class Insights(TypedDict):
    generated_at: str
    class_summary: ClassSummary
    topics: list[TopicRow]
    bloom_breakdown: dict[str, float | None]
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
