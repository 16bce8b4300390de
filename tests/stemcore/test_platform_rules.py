"""The platform's triggers, constraints and row-level security, as this service meets them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.utils import Error, IntegrityError
from psycopg import errors

from chat.models import ChatMessage, ChatSession
from classes.models import Classroom, Enrollment, Profile
from learning.models import Submission
from materials.models import Material, MaterialChunk
from stemcore.models import AuthUser, GuestSessionQuota
from stemcore.supabase.acting import as_user
from tests import factories
from tests.cast import Cast
from tests.database import Superuser, fingerprint


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
    quota = factories.row(GuestSessionQuota, scope="global")
    faults: list[Callable[[], object]] = [
        lambda: factories.chat_message(cast.session, "robot"),
        lambda: factories.update(cast.sandbox_one, status="gone"),
        lambda: factories.update(cast.sandbox_one, chat_messages_used=-1),
        lambda: factories.update(quota, active_requests=-1),
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
