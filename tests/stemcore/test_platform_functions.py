"""The functions of the platform that this service may call."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import Error
from psycopg import errors

from materials.models import Material, MaterialProcessingJob
from stemcore.models import GuestSandbox, GuestSessionQuota
from stemcore.supabase.acting import as_service, as_user
from tests import factories
from tests.cast import Cast
from tests.database import fingerprint, superuser

JSONB = 3802  # Postgres's number of the type

Actor = Callable[[], AbstractContextManager[None]]


def call(function: str, *arguments: Any) -> Any:
    """Calls a function on the service's own connection; one row's one value, or its row."""
    places = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {function}({places})", arguments)
        # Django leaves jsonb to its fields: a raw cursor gives its text.
        is_json = [column.type_code == JSONB for column in cursor.description]
        rows = [
            tuple(json.loads(value) if json_here else value for value, json_here in pairs)
            for pairs in (zip(row, is_json, strict=True) for row in cursor.fetchall())
        ]
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows


def sqlstate(function: str, *arguments: Any, actor: Actor) -> str | None:
    """The SQLSTATE that a call is refused with; no row may have changed."""
    before = fingerprint()
    with pytest.raises(Error) as refusal, actor():
        call(function, *arguments)
    assert fingerprint() == before
    cause = refusal.value.__cause__
    assert isinstance(cause, errors.Error)
    return cause.sqlstate


def quota() -> GuestSessionQuota:
    return factories.row(GuestSessionQuota, scope="global")


# Service functions -----------------------------------------------------------------------------

SERVICE_CALLS: list[tuple[str, list[Any]]] = [
    ("dequeue_material_jobs", [1, 30]),
    ("ack_material_job", [1]),
    ("acquire_guest_ai_slot_service", [uuid4(), 5]),
    ("release_guest_ai_slot_service", [uuid4()]),
    ("increment_guest_ai_usage_service", [uuid4(), "chat"]),
    ("acquire_guest_session_service", [5, 5, 3600]),
    ("release_guest_session_slot_service", []),
    ("reconcile_guest_session_quota_service", [3600]),
    ("cleanup_expired_guest_sandboxes", [10]),
]


@pytest.mark.parametrize(("function", "arguments"), SERVICE_CALLS)
def test_service_functions_refuse_users(cast: Cast, function: str, arguments: list[Any]) -> None:
    actor: Actor = lambda: as_user(cast.teacher.id)  # noqa: E731
    assert sqlstate(function, *arguments, actor=actor) == "42501"


@pytest.mark.parametrize(("function", "arguments"), SERVICE_CALLS)
@pytest.mark.usefixtures("database")
def test_service_functions_refuse_a_caller_without_claims(
    function: str, arguments: list[Any]
) -> None:
    assert sqlstate(function, *arguments, actor=transaction.atomic) == "42501"


# Material jobs ---------------------------------------------------------------------------------


def enqueue(cast: Cast, material: Material) -> Any:
    with as_user(cast.teacher.id):
        return call("enqueue_material_job", material.id, cast.classroom.id)


def dequeue(limit: int = 10, visibility_s: int = 30) -> list[tuple[int, dict[str, Any]]]:
    with as_service():
        found: list[tuple[int, dict[str, Any]]] = call("dequeue_material_jobs", limit, visibility_s)
    return found


@pytest.mark.parametrize("who", ["teacher", "assistant"])
def test_teachers_and_assistants_enqueue_a_job(cast: Cast, who: str) -> None:
    material = factories.material(cast.classroom, status="pending")
    with as_user(getattr(cast, who).id):
        job_id = call("enqueue_material_job", material.id, cast.classroom.id)
    job = factories.row(MaterialProcessingJob, material=material)
    assert (job.id, job.status, job.stage, job.attempts) == (job_id, "pending", "queued", 0)
    ((_, payload),) = dequeue()
    assert payload.pop("enqueued_at")
    assert payload == {
        "job_id": str(job_id),
        "material_id": str(material.id),
        "class_id": str(cast.classroom.id),
    }


@pytest.mark.parametrize("who", ["student", "outsider", "stranger", "guest_one"])
def test_others_enqueue_nothing(cast: Cast, who: str) -> None:
    material = factories.material(cast.classroom)
    actor: Actor = lambda: as_user(getattr(cast, who).id)  # noqa: E731
    arguments = [material.id, cast.classroom.id]
    assert sqlstate("enqueue_material_job", *arguments, actor=actor) == "42501"


def test_a_guest_who_plays_a_teacher_enqueues_in_their_sandbox(cast: Cast) -> None:
    material = factories.material(cast.sandbox_classroom_one)
    with as_user(cast.guest_one.id, is_anonymous=True):
        assert call("enqueue_material_job", material.id, material.classroom_id)


def test_a_material_of_another_class_is_refused(cast: Cast) -> None:
    material = factories.material(cast.other_classroom)
    actor: Actor = lambda: as_user(cast.teacher.id)  # noqa: E731
    arguments = [material.id, cast.classroom.id]
    assert sqlstate("enqueue_material_job", *arguments, actor=actor) == "22023"


def test_a_job_in_flight_is_reused(cast: Cast) -> None:
    material = factories.material(cast.classroom)
    assert enqueue(cast, material) == enqueue(cast, material)
    assert factories.count(MaterialProcessingJob) == 1
    assert len(dequeue()) == 2


def test_a_finished_job_is_not_reused(cast: Cast) -> None:
    material = factories.material(cast.classroom)
    factories.job(material, status="completed")
    enqueue(cast, material)
    assert factories.count(MaterialProcessingJob) == 2


def test_a_read_message_is_hidden_and_comes_back(cast: Cast) -> None:
    enqueue(cast, factories.material(cast.classroom))
    ((message_id, _),) = dequeue(visibility_s=30)
    assert dequeue() == []
    superuser().execute("UPDATE pgmq.q_material_jobs SET vt = now() - interval '1 s'")
    assert [found for found, _ in dequeue()] == [message_id]


def test_an_acknowledged_message_is_gone(cast: Cast) -> None:
    enqueue(cast, factories.material(cast.classroom))
    ((message_id, _),) = dequeue(visibility_s=0)
    with as_service():
        assert call("ack_material_job", message_id) is True
        assert call("ack_material_job", message_id) is False
    assert dequeue() == []


def test_dequeuing_keeps_to_its_limit_and_to_the_order(cast: Cast) -> None:
    for _ in range(3):
        enqueue(cast, factories.material(cast.classroom))
    first, second = dequeue(limit=2)
    (third,) = dequeue(limit=2)
    assert first[0] < second[0] < third[0]


def stuck_material(cast: Cast, minutes: int = 60, **values: Any) -> Material:
    long_ago = datetime.now(UTC) - timedelta(minutes=minutes)
    return factories.material(cast.classroom, status="processing", created_at=long_ago, **values)


def recover(cast: Cast, who: str = "teacher") -> tuple[int, int]:
    with as_user(getattr(cast, who).id):
        ((requeued, failed),) = call("recover_stuck_materials_for_current_user", 30, 10)
    return requeued, failed


def test_a_stuck_material_is_requeued_while_its_file_is_there(cast: Cast) -> None:
    material = stuck_material(cast)
    factories.stored_file(material.storage_path)
    assert recover(cast) == (1, 0)
    assert factories.row(Material, id=material.id).status == "pending"
    assert factories.row(MaterialProcessingJob, material=material).status == "pending"
    assert len(dequeue()) == 1


def test_a_stuck_material_fails_when_its_file_is_gone(cast: Cast) -> None:
    material = stuck_material(cast)
    assert recover(cast) == (0, 1)
    assert factories.row(Material, id=material.id).status == "failed"
    assert dequeue() == []


def test_only_ones_own_and_only_stale_materials_are_recovered(cast: Cast) -> None:
    stuck_material(cast, minutes=5)
    assert recover(cast) == (0, 0)
    stuck_material(cast)
    assert recover(cast, "stranger") == (0, 0)
    busy = stuck_material(cast)
    factories.job(busy, status="processing")  # touched just now
    assert recover(cast) == (0, 1)


def test_chunks_match_within_their_class(cast: Cast) -> None:
    near = factories.unit_vector(1)
    mine = factories.chunk(factories.material(cast.classroom, title="Notes"), embedding=near)
    factories.chunk(factories.material(cast.other_classroom), embedding=near)
    found = call("match_material_chunks", cast.classroom.id, str(near), 5)
    assert [(row[0], row[2]) for row in found] == [(mine.id, "Notes")]


# Guests ----------------------------------------------------------------------------------------


def test_a_slot_counts_in_the_sandbox_and_over_all(cast: Cast) -> None:
    with as_service():
        assert call("acquire_guest_ai_slot_service", cast.sandbox_one.id, 1) is True
        # It checks no limit.
        assert call("acquire_guest_ai_slot_service", cast.sandbox_one.id, 1) is True
    assert factories.row(GuestSandbox, id=cast.sandbox_one.id).active_ai_requests == 2
    assert quota().active_requests == 2


@pytest.mark.parametrize("status", ["expired", "discarded"])
def test_a_slot_needs_an_active_sandbox(cast: Cast, status: str) -> None:
    factories.update(cast.sandbox_one, status=status)
    with as_service():
        assert call("acquire_guest_ai_slot_service", cast.sandbox_one.id, 5) is False
        assert call("acquire_guest_ai_slot_service", uuid4(), 5) is False
    assert quota().active_requests == 0


def test_a_released_slot_never_counts_below_zero(cast: Cast) -> None:
    with as_service():
        call("acquire_guest_ai_slot_service", cast.sandbox_one.id, 5)
        call("release_guest_ai_slot_service", cast.sandbox_one.id)
        call("release_guest_ai_slot_service", cast.sandbox_one.id)
    assert factories.row(GuestSandbox, id=cast.sandbox_one.id).active_ai_requests == 0
    assert quota().active_requests == 0


@pytest.mark.parametrize(
    ("feature", "counter"),
    [
        ("chat", "chat_messages_used"),
        ("quiz", "quiz_generations_used"),
        ("flashcards", "flashcard_generations_used"),
        ("blueprint", "blueprint_regenerations_used"),
        ("embedding", "embedding_operations_used"),
    ],
)
def test_a_use_counts_for_its_feature_alone(cast: Cast, feature: str, counter: str) -> None:
    with as_service():
        call("increment_guest_ai_usage_service", cast.sandbox_one.id, feature)
    sandbox = factories.row(GuestSandbox, id=cast.sandbox_one.id)
    counters = {name: value for name, value in vars(sandbox).items() if name.endswith("_used")}
    assert {name for name, value in counters.items() if value} == {counter}
    assert counters[counter] == 1


def test_a_use_needs_an_active_sandbox(cast: Cast) -> None:
    factories.update(cast.sandbox_one, status="expired")
    arguments = [cast.sandbox_one.id, "chat"]
    state = sqlstate("increment_guest_ai_usage_service", *arguments, actor=as_service)
    assert state == "P0002"


@pytest.mark.usefixtures("database")
def test_guest_sessions_are_capped() -> None:
    with as_service():
        assert call("acquire_guest_session_service", 1, 5, 3600)["ok"] is True
        refused = call("acquire_guest_session_service", 1, 5, 3600)
        call("release_guest_session_slot_service")
        late = call("acquire_guest_session_service", 1, 1, 3600)
    assert (refused["ok"], refused["reason"]) == (False, "active_cap")
    assert (late["ok"], late["reason"]) == (False, "creation_cap")
    assert (quota().active_sessions, quota().creation_count) == (0, 1)


def test_the_creation_window_starts_anew(cast: Cast) -> None:
    factories.update(
        quota(), creation_count=9, creation_window_started_at=datetime.now(UTC) - timedelta(hours=2)
    )
    with as_service():
        assert call("acquire_guest_session_service", 5, 1, 3600)["ok"] is True
    assert quota().creation_count == 1


def test_reconciling_expires_idle_sandboxes_and_counts_anew(cast: Cast) -> None:
    factories.update(cast.sandbox_one, last_seen_at=datetime.now(UTC) - timedelta(hours=9))
    factories.update(cast.sandbox_two, active_ai_requests=3)
    factories.update(quota(), active_sessions=7, active_requests=8)
    with as_service():
        report = call("reconcile_guest_session_quota_service", 3600)
    assert (report["active_sessions"], report["active_requests"]) == (1, 3)
    assert factories.row(GuestSandbox, id=cast.sandbox_one.id).status == "expired"
    assert factories.row(GuestSandbox, id=cast.sandbox_two.id).status == "active"


def test_clean_up_expires_at_most_a_batch(cast: Cast) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    factories.update(cast.sandbox_one, expires_at=past)
    factories.update(cast.sandbox_two, expires_at=past)
    with as_service():
        assert call("cleanup_expired_guest_sandboxes", 1) == 1
        assert call("cleanup_expired_guest_sandboxes", 5) == 1
        assert call("cleanup_expired_guest_sandboxes", 5) == 0
    assert quota().active_sessions == 0
