"""The platform's functions, rules and row-level security, as this service meets them."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import Error, IntegrityError
from psycopg import errors

from chat.models import ChatMessage, ChatSession
from classes.models import Classroom, Enrollment, Profile
from learning.models import Submission
from materials.models import Material, MaterialChunk, MaterialProcessingJob
from stemcore.models import AuthUser, GuestSandbox, GuestSessionQuota
from stemcore.supabase.acting import as_service, as_user
from tests import factories
from tests.cast import Cast
from tests.database import Superuser, fingerprint

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
    factories.superuser().execute("UPDATE pgmq.q_material_jobs SET vt = now() - interval '1 s'")
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


# Rules -----------------------------------------------------------------------------------------


def test_a_sign_up_makes_the_profile(database: Superuser) -> None:
    user = factories.user("teacher", "Tess")
    profile = factories.profile(user.id)
    assert (profile.display_name, profile.account_type) == ("Tess", "teacher")


def test_a_guest_gets_no_profile(database: Superuser) -> None:
    guest = factories.insert(
        AuthUser, id=uuid4(), is_anonymous=True, raw_user_meta_data={"account_type": "teacher"}
    )
    assert factories.rows(Profile, id=guest.id) == []


def test_an_account_type_never_changes(cast: Cast) -> None:
    with pytest.raises(errors.CheckViolation):
        factories.update(factories.profile(cast.student.id), account_type="teacher")


@pytest.mark.parametrize(
    ("account", "role", "fits"),
    [
        ("teacher", "teacher", True),
        ("teacher", "ta", True),
        ("teacher", "student", False),
        ("student", "student", True),
        ("student", "teacher", False),
        ("student", "ta", False),
    ],
)
def test_an_enrollment_fits_the_account(cast: Cast, account: str, role: str, fits: bool) -> None:
    user = factories.user(account)
    if fits:
        factories.enrollment(cast.classroom, user, role)
    else:
        with pytest.raises(errors.CheckViolation):
            factories.enrollment(cast.classroom, user, role)
    assert factories.count(Enrollment, user_id=user.id) == fits


def test_an_enrollment_needs_a_profile(cast: Cast) -> None:
    with pytest.raises(errors.ForeignKeyViolation, match="profile"):
        factories.enrollment(cast.classroom, factories.user(None))


def test_updates_move_updated_at(cast: Cast) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    for row in (
        cast.classroom,
        cast.session,
        cast.sandbox_one,
        factories.compaction(cast.session),
        factories.job(factories.material(cast.classroom)),
    ):
        assert factories.update(row, updated_at=long_ago).updated_at > long_ago


def test_what_must_be_unique_is(cast: Cast) -> None:
    quiz = factories.activity(cast.classroom)
    homework = factories.assignment(quiz, cast.student)
    attempt = {"mode": "quiz_attempt", "attemptNumber": 1}
    factories.submission(homework, cast.student, content=attempt)
    factories.quiz_question(quiz, order_index=1)
    factories.insights(cast.classroom, {})
    factories.teaching_brief(cast.classroom)
    factories.blueprint(cast.classroom, status="draft")
    repeats: list[Callable[[], object]] = [
        lambda: factories.classroom(cast.teacher, join_code=cast.classroom.join_code),
        lambda: factories.enrollment(cast.classroom, cast.student),
        lambda: factories.recipient(homework, cast.student),
        lambda: factories.submission(homework, cast.student, content=attempt),
        lambda: factories.quiz_question(quiz, order_index=1),
        lambda: factories.insights(cast.classroom, {}),
        lambda: factories.teaching_brief(cast.classroom),
        lambda: factories.blueprint(cast.classroom, status="draft"),
        lambda: factories.blueprint(cast.classroom, status="published"),
        lambda: factories.sandbox(cast.guest_one, class_id=None),
    ]
    for repeat in repeats:
        with pytest.raises(errors.UniqueViolation):
            repeat()


def test_what_may_repeat_does(cast: Cast) -> None:
    homework = factories.assignment(factories.activity(cast.classroom), cast.student)
    factories.submission(homework, cast.student, content={"mode": "essay"})
    factories.submission(homework, cast.student, content={"mode": "essay"})
    factories.blueprint(cast.classroom, status="archived")
    factories.blueprint(cast.classroom, status="archived")
    factories.update(cast.sandbox_one, status="expired")
    factories.sandbox(cast.guest_one, class_id=None)
    factories.classroom(cast.teacher, join_code=cast.classroom.join_code.lower())
    assert factories.count(Submission) == 2


def test_values_out_of_range_are_refused(cast: Cast) -> None:
    faults: list[Callable[[], object]] = [
        lambda: factories.chat_message(cast.session, "robot"),
        lambda: factories.update(cast.sandbox_one, status="gone"),
        lambda: factories.update(cast.sandbox_one, chat_messages_used=-1),
        lambda: factories.update(quota(), active_requests=-1),
        lambda: factories.teaching_brief(cast.classroom, status="late"),
    ]
    for fault in faults:
        with pytest.raises(errors.CheckViolation):
            fault()


def test_what_hangs_on_a_class_goes_with_it(cast: Cast) -> None:
    factories.chat_message(cast.session)
    factories.compaction(cast.session)
    factories.chunk(factories.material(cast.classroom))
    Classroom.objects.filter(id=cast.classroom.id).delete()
    assert factories.count(ChatMessage) == factories.count(MaterialChunk) == 0
    assert factories.rows(Enrollment, classroom=cast.classroom.id) == []


def test_an_owner_cannot_be_deleted_before_the_class(cast: Cast, database: Superuser) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        database.execute("DELETE FROM auth.users WHERE id = %s", [cast.teacher.id])


# Row-level security ----------------------------------------------------------------------------


def seen_by(user_id: Any, model: Any) -> set[Any]:
    with as_user(user_id):
        return set(model.objects.values_list("pk", flat=True))


def test_members_see_the_rows_of_their_class_alone(cast: Cast) -> None:
    material = factories.material(cast.classroom)
    factories.chunk(material)
    for member in (cast.teacher, cast.assistant, cast.student):
        assert seen_by(member.id, Material) == {material.id}
        assert len(seen_by(member.id, MaterialChunk)) == 1
    for other in (cast.outsider, cast.stranger, cast.guest_one):
        assert seen_by(other.id, Material) == set()
        assert seen_by(other.id, MaterialChunk) == set()


def test_a_sandbox_class_is_its_guests_alone(cast: Cast) -> None:
    assert seen_by(cast.guest_one.id, Classroom) == {cast.sandbox_classroom_one.id}
    assert seen_by(cast.teacher.id, Classroom) == {cast.classroom.id}


def test_chats_are_seen_by_their_owner_and_the_teachers(cast: Cast) -> None:
    message = factories.chat_message(cast.session)
    for allowed in (cast.student, cast.teacher, cast.assistant):
        assert seen_by(allowed.id, ChatSession) == {cast.session.id}
        assert seen_by(allowed.id, ChatMessage) == {message.id}
    for refused in (cast.classmate, cast.outsider, cast.stranger, cast.guest_one):
        assert seen_by(refused.id, ChatSession) == set()
        assert seen_by(refused.id, ChatMessage) == set()


def test_students_cannot_write_what_teachers_make(cast: Cast) -> None:
    material = factories.material(cast.classroom)
    before = fingerprint()
    with as_user(cast.student.id):
        assert Material.objects.filter(id=material.id).update(title="Mine") == 0
        assert Classroom.objects.filter(id=cast.classroom.id).delete()[0] == 0
    with pytest.raises(Error, match="row-level security"), as_user(cast.student.id):
        Material.objects.create(classroom=cast.classroom, title="Mine", storage_path="mine")
    assert fingerprint() == before


def test_nobody_writes_a_chat_for_somebody_else(cast: Cast) -> None:
    before = fingerprint()
    with pytest.raises(Error, match="row-level security"), as_user(cast.classmate.id):
        ChatSession.objects.create(classroom=cast.classroom, owner_user_id=cast.student.id)
    with pytest.raises(Error, match="row-level security"), as_user(cast.student.id):
        ChatMessage.objects.create(
            session=cast.session,
            classroom=cast.classroom,
            author_kind="assistant",
            content="I am the assistant.",
        )
    assert fingerprint() == before


def test_a_teacher_makes_a_class_and_owns_it_by_default(cast: Cast) -> None:
    with as_user(cast.teacher.id), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO classes (title, join_code) VALUES ('New', 'NEW1') RETURNING owner_id"
        )
        assert cursor.fetchone() == (cast.teacher.id,)


def test_the_service_itself_sees_everything(cast: Cast) -> None:
    assert Classroom.objects.count() == 4


def test_the_services_login_may_not_read_accounts(cast: Cast) -> None:
    with pytest.raises(Error, match="permission denied for table users"):
        AuthUser.objects.count()


def test_the_service_cannot_change_the_platforms_tables(cast: Cast) -> None:
    with pytest.raises(Error, match="must be owner"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE classes ADD mine text")
    with pytest.raises(Error, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.mine ()")


def test_a_refused_row_is_an_integrity_error_of_django(cast: Cast) -> None:
    with pytest.raises(IntegrityError):
        Enrollment.objects.create(classroom=cast.classroom, user_id=cast.student.id)
