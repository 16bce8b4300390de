"""POST /v1/chat/workspace/sessions/list."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import factories
from tests.cast import Cast
from tests.chat.workspace import PREFIX, SESSION_KEYS, call
from tests.client import Api, data_of, error_of
from tests.database import fingerprint
from tests.queries import count_queries

ROUTE = "sessions/list"
NOW = datetime(2026, 3, 2, 8, 0, 0, 123_456, tzinfo=UTC)


async def test_it_lists_pinned_first_then_newest_message_first(api: Api, cast: Cast) -> None:
    for minutes, title, pinned in (
        (1, "old", False),
        (3, "new", False),
        (0, "old pin", True),
        (2, "new pin", True),
    ):
        factories.chat_session(
            cast.classroom,
            cast.classmate,
            title=title,
            is_pinned=pinned,
            last_message_at=NOW + timedelta(minutes=minutes),
        )
    factories.chat_session(cast.classroom, cast.classmate, title="gone", archived_at=NOW)
    sessions = data_of(await call(api, ROUTE, cast.classmate, cast.classroom))["sessions"]
    assert [session["title"] for session in sessions] == ["new pin", "old pin", "new", "old"]
    assert set(sessions[0]) >= SESSION_KEYS
    assert sessions[0]["is_pinned"] is True
    assert sessions[0]["archived_at"] is None
    assert sessions[0]["last_message_at"] == "2026-03-02T08:02:00.123456+00:00"


async def test_it_lists_at_most_a_hundred(api: Api, cast: Cast) -> None:
    for minutes in range(102):
        factories.chat_session(
            cast.classroom, cast.classmate, last_message_at=NOW + timedelta(minutes=minutes)
        )
    with count_queries() as queries:
        response = await call(api, ROUTE, cast.classmate, cast.classroom)
    sessions = data_of(response)["sessions"]
    assert len(sessions) == 100
    assert sessions[-1]["last_message_at"] == "2026-03-02T08:02:00.123456+00:00"
    assert len(queries) == 1


async def test_it_keeps_to_the_class(api: Api, cast: Cast) -> None:
    factories.enrollment(cast.other_classroom, cast.student)
    assert data_of(await call(api, ROUTE, cast.student, cast.other_classroom))["sessions"] == []


async def test_a_teacher_or_assistant_lists_a_students_sessions(api: Api, cast: Cast) -> None:
    for user in (cast.teacher, cast.assistant):
        response = await call(
            api, ROUTE, user, cast.classroom, owner_user_id=str(cast.student.id).upper()
        )
        (session,) = data_of(response)["sessions"]
        assert session["id"] == str(cast.session.id)
        assert session["owner_user_id"] == str(cast.student.id)
        assert data_of(await call(api, ROUTE, user, cast.classroom))["sessions"] == []


async def test_a_student_may_name_themselves_but_nobody_else(api: Api, cast: Cast) -> None:
    own = await call(api, ROUTE, cast.student, cast.classroom, owner_user_id=str(cast.student.id))
    assert len(data_of(own)["sessions"]) == 1
    before = fingerprint()
    for owner in (cast.student, cast.outsider):
        response = await call(
            api, ROUTE, cast.classmate, cast.classroom, owner_user_id=str(owner.id)
        )
        error_of(response, 403, "teacher_access_required")
    assert fingerprint() == before


async def test_a_teacher_is_told_who_is_not_enrolled(api: Api, cast: Cast) -> None:
    response = await call(
        api, ROUTE, cast.teacher, cast.classroom, owner_user_id=str(cast.outsider.id)
    )
    error_of(response, 404, "owner_user_not_enrolled")


@pytest.mark.parametrize("who", ["one", "two"])
async def test_in_a_sandbox_the_named_owner_is_ignored(api: Api, cast: Cast, who: str) -> None:
    guest = getattr(cast, f"guest_{who}")
    room = getattr(cast, f"sandbox_classroom_{who}")
    sandbox = getattr(cast, f"sandbox_{who}")
    mine = factories.chat_session(room, guest)
    factories.chat_session(room, cast.student)
    response = await call(
        api, ROUTE, guest, room, sandbox_id=str(sandbox.id), owner_user_id=str(cast.student.id)
    )
    assert [session["id"] for session in data_of(response)["sessions"]] == [str(mine.id)]


async def test_it_refuses_strangers_and_bad_ids(api: Api, cast: Cast) -> None:
    before = fingerprint()
    error_of(await call(api, ROUTE, cast.stranger, cast.classroom), 403, "class_access_required")
    response = await call(api, ROUTE, cast.student, cast.classroom, owner_user_id="me")
    assert "owner_user_id" in error_of(response, 422, "validation_error")["message"]
    error_of(await api.post(PREFIX + ROUTE, {}, key=None), 401, "unauthorized")
    error_of(await api.post(PREFIX + ROUTE, {}), 401, "user_token_required")
    wrong_method = await api.post(PREFIX + ROUTE, method="PUT", user=cast.student)
    error_of(wrong_method, 405, "method_not_allowed")
    assert fingerprint() == before


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("infinity", "9999-12-30T00:00:00.000000+00:00"),
        ("12345-01-01", "9999-12-30T00:00:00.000000+00:00"),
        ("-infinity", "0001-01-02T00:00:00.000000+00:00"),
        ("0044-03-15 BC", "0001-01-02T00:00:00.000000+00:00"),
    ],
)
async def test_a_moment_of_a_students_own_making_keeps_no_session_from_the_teacher(
    api: Api, cast: Cast, database: Any, written: str, shown: str
) -> None:
    database.execute(
        "UPDATE class_chat_sessions SET last_message_at = %s WHERE id = %s",
        [written, cast.session.id],
    )
    fields = {"owner_user_id": str(cast.student.id)}
    data = data_of(await call(api, ROUTE, cast.teacher, cast.classroom, **fields))
    assert [session["last_message_at"] for session in data["sessions"]] == [shown]
