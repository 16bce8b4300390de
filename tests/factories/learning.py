"""Blueprints, activities and what students hand in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from classes.models import Classroom
from learning.models import (
    Activity,
    Assignment,
    AssignmentRecipient,
    Blueprint,
    Flashcard,
    Objective,
    QuizQuestion,
    Submission,
    Topic,
)
from stemcore.supabase.tokens import PlatformUser
from tests.factories.rows import count, insert, row, serial


def blueprint_content(*titles: str) -> dict[str, Any]:
    """A valid blueprint with these topics, each resting on the one before."""
    titles = titles or ("Light reactions", "Calvin cycle")
    return {
        "schemaVersion": "v2",
        "summary": "How plants turn light into sugar.",
        "assumptions": ["Students know what a cell is."],
        "uncertaintyNotes": ["The depth of electron transport is not clear."],
        "qualityRubric": None,
        "topics": [_topic_content(n, titles) for n in range(len(titles))],
    }


def _topic_content(index: int, titles: Sequence[str]) -> dict[str, Any]:
    keys = [title.lower().replace(" ", "-") for title in titles]
    return {
        "key": keys[index],
        "title": titles[index],
        "description": f"What happens in: {titles[index]}.",
        "section": "Photosynthesis",
        "sequence": index + 1,
        "prerequisites": keys[index - 1 : index] if index else [],
        "objectives": [
            {
                "statement": f"Explain {titles[index].lower()}.",
                "level": "understand",
                "masteryCriteria": None,
                "misconceptionAddressed": None,
                "evidence": [],
            }
        ],
        "assessmentIdeas": [f"Draw {titles[index].lower()}."],
        "misconceptionFlags": [],
        "evidence": [],
    }


def blueprint(in_class: Classroom, **values: Any) -> Blueprint:
    """A published blueprint with its topic and objective rows."""
    content = values.pop("content_json", blueprint_content())
    made = insert(
        Blueprint,
        **{
            "classroom": in_class,
            "status": "published",
            "summary": content.get("summary"),
            "created_by": in_class.owner_id,
            "published_by": in_class.owner_id,
            "published_at": datetime.now(UTC),
            "content_json": content,
            "sandbox_id": in_class.sandbox_id,
            **values,
        },
    )
    for outline in content.get("topics", []):
        objective(topic(made, title=outline["title"], sequence=outline["sequence"]))
    return made


def topic(of: Blueprint, **values: Any) -> Topic:
    title = f"Topic {next(serial)}"
    return insert(Topic, **{"blueprint": of, "title": title, "sandbox_id": of.sandbox_id, **values})


def objective(of: Topic, statement: str = "Explain the topic.", **values: Any) -> Objective:
    return insert(
        Objective,
        **{
            "topic": of,
            "statement": statement,
            "level": "understand",
            "sandbox_id": of.sandbox_id,
            **values,
        },
    )


def activity(in_class: Classroom, type: str = "quiz", **values: Any) -> Activity:
    """A published activity."""
    return insert(
        Activity,
        **{
            "classroom": in_class,
            "type": type,
            "title": f"Activity {next(serial)}",
            "status": "published",
            "created_by": in_class.owner_id,
            "sandbox_id": in_class.sandbox_id,
            **values,
        },
    )


def quiz_question(of: Activity, **values: Any) -> QuizQuestion:
    return insert(
        QuizQuestion,
        **{
            "activity": of,
            "question": "Where do the light reactions happen?",
            "choices": ["Thylakoid", "Stroma", "Nucleus", "Cytosol"],
            "answer": "Thylakoid",
            "explanation": "The pigments sit in the thylakoid membrane.",
            "order_index": next(serial),
            **values,
        },
    )


def flashcard(of: Activity, **values: Any) -> Flashcard:
    return insert(
        Flashcard,
        **{"activity": of, "front": "Stroma", "back": "The fluid of a chloroplast.", **values},
    )


def assignment(of: Activity, *students: PlatformUser, **values: Any) -> Assignment:
    """The activity assigned to its class; `students` become its recipients."""
    in_class = row(Classroom, id=of.classroom_id)
    made = insert(
        Assignment,
        **{
            "classroom": in_class,
            "activity": of,
            "assigned_by": in_class.owner_id,
            "sandbox_id": in_class.sandbox_id,
            **values,
        },
    )
    for student in students:
        recipient(made, student)
    return made


def recipient(
    of: Assignment, student: PlatformUser, status: str = "assigned", **values: Any
) -> AssignmentRecipient:
    return insert(
        AssignmentRecipient,
        **{"assignment": of, "student_id": student.id, "status": status, **values},
    )


def submission(
    of: Assignment, student: PlatformUser, score: float | None = None, **values: Any
) -> Submission:
    """A quiz attempt, with a score of 0 to 100 as the platform stores it."""
    attempt = 1 + count(Submission, assignment=of, student_id=student.id)
    return insert(
        Submission,
        **{
            "assignment": of,
            "student_id": student.id,
            "content": {"mode": "quiz_attempt", "attemptNumber": attempt},
            "score": score,
            **values,
        },
    )
