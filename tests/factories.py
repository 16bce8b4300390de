"""Rows for tests: plain functions that fill in what a test does not care about.

They write through the superuser's connection, as the platform would, so that they work in async
tests and for tables that the service may not write.
"""

import itertools
import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db.models import Field, JSONField, Model
from psycopg import sql
from psycopg.types.json import Jsonb

from analytics.models import InsightsSnapshot, TeachingBriefSnapshot
from chat.models import ChatCompaction, ChatMessage, ChatSession
from classes.models import Classroom, Enrollment, Profile
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
from materials.models import Material, MaterialChunk, MaterialProcessingJob
from stemcore.fields import VectorField
from stemcore.models import AuthUser, GuestSandbox
from stemcore.supabase.tokens import PlatformUser
from tests.database import superuser

M = TypeVar("M", bound=Model)
DIMENSIONS = 1536
_numbers = itertools.count(1)


# Rows in general -------------------------------------------------------------------------------


def insert(model: type[M], /, **values: Any) -> M:
    """Adds a row; fields that are not given keep the database's defaults. Returns it as stored."""
    fields = [model._meta.get_field(name) for name in values]
    query = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {}").format(
        _table(model),
        sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
        sql.SQL(", ").join(sql.Placeholder() * len(fields)),
        _columns(model),
    )
    values_in = [
        _to_column(field, value) for field, value in zip(fields, values.values(), strict=True)
    ]
    row = superuser().execute(query, values_in).fetchone()
    assert row is not None
    return _from_row(model, row)


def rows(model: type[M], /, *, order: str = "", **equal: Any) -> list[M]:
    """The rows whose fields equal the given values, as they are stored now."""
    query = sql.SQL("SELECT {} FROM {}").format(_columns(model), _table(model))
    fields = [model._meta.get_field(name) for name in equal]
    if fields:
        tests = (sql.SQL("{} = %s").format(sql.Identifier(field.column)) for field in fields)
        query += sql.SQL(" WHERE ") + sql.SQL(" AND ").join(tests)
    if order:
        query += sql.SQL(" ORDER BY {}").format(sql.Identifier(order))
    values = [_to_column(field, value) for field, value in zip(fields, equal.values(), strict=True)]
    return [_from_row(model, row) for row in superuser().execute(query, values).fetchall()]


def row(model: type[M], /, **equal: Any) -> M:
    """The one row whose fields equal the given values."""
    (found,) = rows(model, **equal)
    return found


def count(model: type[Model], /, **equal: Any) -> int:
    return len(rows(model, **equal))


def update(instance: M, **values: Any) -> M:
    """Changes fields of a stored row, past triggers' own opinions of the claims."""
    fields = [instance._meta.get_field(name) for name in values]
    key = instance._meta.pk
    assert key is not None
    query = sql.SQL("UPDATE {} SET {} WHERE {} = %s RETURNING {}").format(
        _table(type(instance)),
        sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(f.column)) for f in fields),
        sql.Identifier(key.column),
        _columns(type(instance)),
    )
    values_in = [
        _to_column(field, value) for field, value in zip(fields, values.values(), strict=True)
    ]
    found = superuser().execute(query, [*values_in, instance.pk]).fetchone()
    assert found is not None
    return _from_row(type(instance), found)


def _table(model: type[Model]) -> sql.SQL:
    name = model._meta.db_table
    return sql.SQL(name if name.startswith('"') else f'public."{name}"')  # type: ignore[arg-type]


def _columns(model: type[Model]) -> sql.Composed:
    names = (sql.Identifier(field.column) for field in model._meta.concrete_fields)
    return sql.SQL(", ").join(names)


def _to_column(field: Any, value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    if isinstance(field, JSONField):
        return None if value is None else Jsonb(value)
    return field.get_prep_value(value)


def _from_row(model: type[M], row: dict[str, Any]) -> M:
    return model(**{f.attname: _from_column(f, row[f.column]) for f in model._meta.concrete_fields})


def _from_column(field: "Field[Any, Any]", value: Any) -> Any:
    return field.from_db_value(value) if isinstance(field, VectorField) else value


# People ----------------------------------------------------------------------------------------


def user(account: str | None = "student", name: str | None = None) -> PlatformUser:
    """A signed-up user; with an account type the platform makes their profile."""
    number = next(_numbers)
    meta = {"account_type": account, "display_name": name} if account else {}
    made = insert(
        AuthUser,
        id=uuid4(),
        email=f"person{number}@school.example",
        raw_user_meta_data=meta,
    )
    return PlatformUser(made.id, False, made.email, "authenticated")


def guest() -> PlatformUser:
    """An anonymous user, without a profile."""
    made = insert(AuthUser, id=uuid4(), is_anonymous=True)
    return PlatformUser(made.id, True, None, "authenticated")


def profile(user_id: UUID) -> Profile:
    return row(Profile, id=user_id)


def sandbox(owner: PlatformUser, guest_role: str = "teacher", **values: Any) -> GuestSandbox:
    """A guest's sandbox with a class of its own; `class_id=None` leaves the class out."""
    made = insert(GuestSandbox, user_id=owner.id, guest_role=guest_role, **values)
    if "class_id" in values:
        return made
    sandbox_class = classroom(owner, sandbox_id=made.id)
    return update(made, class_id=sandbox_class.id)


# Classes ---------------------------------------------------------------------------------------


def classroom(owner: PlatformUser, **values: Any) -> Classroom:
    """A class; a signed-up owner is enrolled as its teacher."""
    number = next(_numbers)
    made = insert(
        Classroom,
        **{
            "owner_id": owner.id,
            "title": f"Cell biology {number}",
            "subject": "Biology",
            "join_code": f"JOIN{number:04}",
            **values,
        },
    )
    if not owner.is_anonymous:
        enrollment(made, owner, "teacher")
    return made


def enrollment(
    in_class: Classroom, member: PlatformUser, role: str = "student", **values: Any
) -> Enrollment:
    return insert(
        Enrollment,
        **{
            "classroom": in_class,
            "user_id": member.id,
            "role": role,
            "sandbox_id": in_class.sandbox_id,
            **values,
        },
    )


# Materials -------------------------------------------------------------------------------------


def material(in_class: Classroom, **values: Any) -> Material:
    number = next(_numbers)
    return insert(
        Material,
        **{
            "classroom": in_class,
            "uploaded_by": in_class.owner_id,
            "title": f"Lecture notes {number}",
            "storage_path": f"{in_class.id}/notes-{number}.pdf",
            "mime_type": "application/pdf",
            "status": "ready",
            "sandbox_id": in_class.sandbox_id,
            **values,
        },
    )


def chunk(of: Material, text: str = "Chlorophyll absorbs light.", **values: Any) -> MaterialChunk:
    """A chunk with an embedding; `embedding=None` leaves it out."""
    return insert(
        MaterialChunk,
        **{
            "material": of,
            "classroom": of.classroom_id,
            "source_type": "page",
            "source_index": next(_numbers),
            "text": text,
            "token_count": math.ceil(len(text) / 4),
            "embedding": unit_vector(random.randrange(1 << 30)),
            "embedding_provider": "openai",
            "embedding_model": "stub-embedding",
            "sandbox_id": of.sandbox_id,
            **values,
        },
    )


def unit_vector(seed: int, dimensions: int = DIMENSIONS) -> list[float]:
    """A random direction, the same for the same seed."""
    source = random.Random(seed)
    numbers = [source.gauss(0, 1) for _ in range(dimensions)]
    length = math.sqrt(sum(number * number for number in numbers))
    return [number / length for number in numbers]


def job(of: Material, **values: Any) -> MaterialProcessingJob:
    return insert(MaterialProcessingJob, **{"material": of, "classroom": of.classroom_id, **values})


def stored_file(path: str) -> None:
    """Says that an object of that name is in the bucket of materials."""
    superuser().execute(
        "INSERT INTO storage.objects (bucket_id, name) VALUES ('materials', %s)", [path]
    )


# Learning --------------------------------------------------------------------------------------


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
    title = f"Topic {next(_numbers)}"
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
            "title": f"Activity {next(_numbers)}",
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
            "order_index": next(_numbers),
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


# Chat ------------------------------------------------------------------------------------------


def chat_session(in_class: Classroom, owner: PlatformUser, **values: Any) -> ChatSession:
    return insert(
        ChatSession,
        **{
            "classroom": in_class,
            "owner_user_id": owner.id,
            "sandbox_id": in_class.sandbox_id,
            **values,
        },
    )


def chat_message(of: ChatSession, author_kind: str = "student", **values: Any) -> ChatMessage:
    number = next(_numbers)
    written_by_person = author_kind != "assistant"
    return insert(
        ChatMessage,
        **{
            "session": of,
            "classroom": of.classroom_id,
            "author_user_id": of.owner_user_id if written_by_person else None,
            "author_kind": author_kind,
            "content": f"Message {number}",
            "safety": None if written_by_person else "ok",
            "sandbox_id": of.sandbox_id,
            **values,
        },
    )


def chat_messages(of: ChatSession, count: int, start: datetime | None = None) -> list[ChatMessage]:
    """That many messages, student and assistant in turn, a second apart, oldest first."""
    first = start or datetime.now(UTC) - timedelta(seconds=count)
    return [
        chat_message(of, ("student", "assistant")[n % 2], created_at=first + timedelta(seconds=n))
        for n in range(count)
    ]


def compaction(of: ChatSession, **values: Any) -> ChatCompaction:
    return insert(
        ChatCompaction,
        **{
            "session": of,
            "classroom": of.classroom_id,
            "owner_user_id": of.owner_user_id,
            "summary_text": "What was said before.",
            "sandbox_id": of.sandbox_id,
            **values,
        },
    )


# Analytics -------------------------------------------------------------------------------------


def insights(in_class: Classroom, payload: dict[str, Any], **values: Any) -> InsightsSnapshot:
    return insert(InsightsSnapshot, classroom=in_class, payload=payload, **values)


def teaching_brief(in_class: Classroom, **values: Any) -> TeachingBriefSnapshot:
    return insert(TeachingBriefSnapshot, classroom=in_class, **values)
