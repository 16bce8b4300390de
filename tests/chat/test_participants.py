"""POST /v1/chat/workspace/participants."""

from datetime import UTC, datetime, timedelta

from tests import factories
from tests.cast import Cast
from tests.chat.workspace import PREFIX, call
from tests.client import Api, data_of, error_of
from tests.database import fingerprint

ROUTE = "participants"


async def test_it_lists_students_by_join_time(api: Api, cast: Cast) -> None:
    late = factories.user("student", "Lee Late")
    joined = datetime.now(UTC) + timedelta(hours=1)
    factories.enrollment(cast.classroom, late, joined_at=joined)
    early = factories.user("student", "Eve Early")
    factories.enrollment(cast.classroom, early, joined_at=joined - timedelta(days=9))
    data = data_of(await call(api, ROUTE, cast.teacher, cast.classroom))
    assert [person["display_name"] for person in data["participants"]] == [
        "Eve Early",
        "Sam Student",
        "Cleo Classmate",
        "Lee Late",
    ]
    assert data["participants"][1]["user_id"] == str(cast.student.id)


async def test_a_student_without_a_name_is_numbered_by_place(api: Api, cast: Cast) -> None:
    for name in (None, " \u200b "):
        factories.enrollment(cast.classroom, factories.user("student", name))
    data = data_of(await call(api, ROUTE, cast.assistant, cast.classroom))
    names = [person["display_name"] for person in data["participants"]]
    assert names == ["Sam Student", "Cleo Classmate", "Student 3", "Student 4"]


async def test_a_guest_teacher_sees_their_sandbox_only(api: Api, cast: Cast) -> None:
    sandbox = str(cast.sandbox_one.id)
    own_room = cast.sandbox_classroom_one
    response = await call(api, ROUTE, cast.guest_one, own_room, sandbox_id=sandbox)
    assert data_of(response) == {"participants": []}
    for room, named in (
        (own_room, None),
        (own_room, "no-uuid"),
        (own_room, str(cast.sandbox_two.id)),
        (cast.sandbox_classroom_two, sandbox),
        (cast.classroom, sandbox),
    ):
        refused = await call(api, ROUTE, cast.guest_one, room, sandbox_id=named)
        error_of(refused, 403, "class_access_required")


async def test_it_refuses_students_and_strangers(api: Api, cast: Cast) -> None:
    before = fingerprint()
    refused = await call(api, ROUTE, cast.student, cast.classroom)
    error_of(refused, 403, "teacher_access_required")
    for user in (cast.outsider, cast.stranger):
        error_of(await call(api, ROUTE, user, cast.classroom), 403, "class_access_required")
    assert fingerprint() == before


async def test_it_refuses_callers_without_credentials(api: Api, cast: Cast) -> None:
    body = {"class_id": str(cast.classroom.id), "user_id": str(cast.teacher.id)}
    error_of(await api.post(PREFIX + ROUTE, body, key=None), 401, "unauthorized")
    error_of(await api.post(PREFIX + ROUTE, body), 401, "user_token_required")
    impostor = await api.post(PREFIX + ROUTE, body, user=cast.student)
    error_of(impostor, 403, "user_id_mismatch")


async def test_it_answers_post_only(api: Api, cast: Cast) -> None:
    response = await api.post(PREFIX + ROUTE, method="GET", user=cast.teacher)
    error_of(response, 405, "method_not_allowed")


async def test_a_class_that_does_not_exist_is_no_different_from_a_foreign_one(
    api: Api, cast: Cast
) -> None:
    missing = {"class_id": "00000000-0000-4000-8000-000000000000", "user_id": str(cast.teacher.id)}
    response = await api.post(PREFIX + ROUTE, missing, user=cast.teacher)
    error_of(response, 403, "class_access_required")
    malformed = await api.post(PREFIX + ROUTE, {**missing, "class_id": "x"}, user=cast.teacher)
    assert "class_id" in error_of(malformed, 422, "validation_error")["message"]
