"""Every model of a platform table stores, fills defaults, and reads back what it stored."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db.models import Model

from analytics.models import InsightsSnapshot, TeachingBriefSnapshot
from chat.models import ChatCompaction, ChatMessage, ChatSession
from classes.models import AdminUser, Classroom, Enrollment, Profile
from learning.models import (
    Activity,
    Assignment,
    AssignmentRecipient,
    Blueprint,
    Feedback,
    Flashcard,
    Objective,
    QuizQuestion,
    Reflection,
    Submission,
    Topic,
)
from materials.models import Material, MaterialChunk, MaterialProcessingJob
from stemcore.models import AiRequest, AuthUser, GuestSandbox, GuestSessionQuota
from tests import factories
from tests.cast import Cast

PLATFORM_MODELS = [model for model in apps.get_models() if not model._meta.managed]


def minimal_rows(cast: Cast) -> dict[type[Model], dict[str, Any]]:
    """What each model needs as a minimum, written through the ORM as the service would."""
    material = factories.material(cast.classroom)
    quiz = factories.activity(cast.classroom)
    homework = factories.assignment(quiz)
    topic = factories.topic(cast.blueprint)
    submission = factories.submission(homework, cast.classmate)
    newcomer = factories.user(None)
    in_class = {"classroom": cast.classroom}
    return {
        Profile: {"id": newcomer.id, "account_type": "student"},
        AdminUser: {"user_id": cast.teacher.id},
        Classroom: {"owner_id": cast.teacher.id, "title": "T", "join_code": "C"},
        Enrollment: {**in_class, "user_id": cast.outsider.id},
        GuestSandbox: {"user_id": newcomer.id},
        GuestSessionQuota: {"scope": "another"},
        AiRequest: {"provider": "openai"},
        Material: {**in_class, "title": "T", "storage_path": "p"},
        MaterialChunk: {
            **in_class,
            "material": material,
            "source_type": "page",
            "source_index": 1,
            "text": "T",
            "token_count": 1,
        },
        MaterialProcessingJob: {**in_class, "material": material},
        Blueprint: {**in_class, "created_by": cast.teacher.id},
        Topic: {"blueprint": cast.blueprint, "title": "T"},
        Objective: {"topic": topic, "statement": "S"},
        Activity: {**in_class, "type": "chat", "title": "T", "created_by": cast.teacher.id},
        Assignment: {**in_class, "activity": quiz, "assigned_by": cast.teacher.id},
        AssignmentRecipient: {"assignment": homework, "student_id": cast.student.id},
        Submission: {"assignment": homework, "student_id": cast.student.id},
        Feedback: {"submission": submission},
        Reflection: {"assignment": homework, "student_id": cast.student.id, "content": "C"},
        QuizQuestion: {"activity": quiz, "question": "Q"},
        Flashcard: {"activity": quiz, "front": "F", "back": "B"},
        ChatSession: {**in_class, "owner_user_id": cast.student.id},
        ChatMessage: {
            **in_class,
            "session": cast.session,
            "author_kind": "student",
            "content": "C",
        },
        ChatCompaction: {
            **in_class,
            "session": cast.session,
            "owner_user_id": cast.student.id,
            "summary_text": "S",
        },
        InsightsSnapshot: {**in_class, "payload": {}},
        TeachingBriefSnapshot: in_class,
    }


def test_there_is_a_model_for_every_table_of_the_platform(database: Any) -> None:
    found = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = {row["tablename"] for row in found}
    assert {model._meta.db_table for model in PLATFORM_MODELS} == tables | {'"auth"."users"'}


def test_every_model_stores_with_the_least_and_reads_back(cast: Cast) -> None:
    least = minimal_rows(cast)
    assert least.keys() | {AuthUser} == set(PLATFORM_MODELS)
    for model, values in least.items():
        made = model._default_manager.create(**values)
        stored = model._default_manager.get(pk=made.pk)
        for field in model._meta.concrete_fields:
            assert getattr(made, field.attname) == getattr(stored, field.attname), field


@pytest.mark.parametrize(
    ("model", "defaults"),
    [
        (Classroom, {"ai_provider": "openrouter", "archived": False, "sandbox_id": None}),
        (Enrollment, {"role": "student"}),
        (GuestSandbox, {"status": "active", "guest_role": "teacher", "chat_messages_used": 0}),
        (Material, {"status": "pending", "metadata": {}}),
        (MaterialProcessingJob, {"status": "pending", "stage": "queued", "attempts": 0}),
        (Blueprint, {"version": 1, "status": "draft", "content_schema_version": "v2"}),
        (Topic, {"sequence": 0, "prerequisite_topic_ids": []}),
        (AssignmentRecipient, {"status": "assigned"}),
        (Feedback, {"source": "ai", "is_edited": False, "content": {}}),
        (ChatSession, {"title": "New chat", "is_pinned": False, "archived_at": None}),
        (ChatMessage, {"citations": [], "safety": None}),
        (TeachingBriefSnapshot, {"status": "ready", "payload": None}),
    ],
)
def test_defaults_are_filled(cast: Cast, model: type[Model], defaults: dict[str, Any]) -> None:
    made = model._default_manager.create(**minimal_rows(cast)[model])
    assert {name: getattr(made, name) for name in defaults} == defaults


def test_times_are_the_databases_and_carry_an_offset(cast: Cast) -> None:
    before = datetime.now(UTC)
    made = ChatSession.objects.create(classroom=cast.classroom, owner_user_id=cast.student.id)
    assert made.created_at.tzinfo is not None
    assert abs(made.created_at - before) < timedelta(seconds=10)
    sandbox = GuestSandbox.objects.create(user_id=factories.guest().id)
    assert sandbox.expires_at - sandbox.created_at == timedelta(hours=8)


def test_odd_types_round_trip(cast: Cast) -> None:
    vector = [0.25, -1.5, *[0.0] * 1534]
    chunk = factories.chunk(factories.material(cast.classroom), quality_score=0.5)
    MaterialChunk.objects.filter(id=chunk.id).update(embedding=vector)
    stored = MaterialChunk.objects.get(id=chunk.id)
    assert (stored.embedding, stored.quality_score) == (vector, 0.5)

    before: list[UUID] = [uuid4(), uuid4()]
    topic = Topic.objects.create(blueprint=cast.blueprint, title="T", prerequisite_topic_ids=before)
    assert Topic.objects.get(id=topic.id).prerequisite_topic_ids == before

    homework = factories.assignment(factories.activity(cast.classroom))
    given = Submission.objects.create(
        assignment=homework, student_id=cast.student.id, score=Decimal("87.125")
    )
    assert Submission.objects.get(id=given.id).score == Decimal("87.125")


def test_enum_columns_filter_and_write_in_bulk(cast: Cast) -> None:
    assert Blueprint.objects.filter(status="published").count() == 1
    assert Enrollment.objects.filter(role__in=["teacher", "ta"]).count() == 3
    assert Enrollment.objects.filter(role__icontains="TEA").count() == 2
    Activity.objects.bulk_create(
        Activity(classroom=cast.classroom, type=kind, title=kind, created_by=cast.teacher.id)
        for kind in ("quiz", "exam_review")
    )
    assert Activity.objects.filter(type="exam_review").count() == 1


def test_a_class_is_reached_from_its_rows_and_back(cast: Cast) -> None:
    message = factories.chat_message(cast.session)
    found = ChatMessage.objects.select_related("classroom", "session").get(id=message.id)
    assert found.classroom.title == cast.classroom.title
    assert [m.id for m in cast.session.messages.all()] == [message.id]
    assert cast.classroom.blueprints.get() == cast.blueprint
