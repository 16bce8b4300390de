"""POST /v1/chat/workspace/sessions/create."""

from datetime import datetime

import pytest

from chat.models import ChatSession
from tests import factories
from tests.cast import Cast
from tests.chat.workspace import PREFIX, SESSION_KEYS, call
from tests.client import Api, data_of, error_of
from tests.database import fingerprint

ROUTE = "sessions/create"


async def test_it_creates_a_session_of_the_callers_own(api: Api, cast: Cast) -> None:
    response = await call(api, ROUTE, cast.student, cast.classroom, title="  Osmosis \n")
    session = data_of(response)["session"]
    assert set(session) >= SESSION_KEYS
    assert session["title"] == "Osmosis"
    assert session["class_id"] == str(cast.classroom.id)
    assert session["owner_user_id"] == str(cast.student.id)
    assert session["is_pinned"] is False
    assert session["archived_at"] is None
    for key in ("created_at", "updated_at", "last_message_at"):
        assert datetime.fromisoformat(session[key]).utcoffset() is not None
        assert "." in session[key]
    stored = factories.row(ChatSession, id=session["id"])
    assert (stored.title, stored.owner_user_id) == ("Osmosis", cast.student.id)
    assert (stored.classroom_id, stored.sandbox_id) == (cast.classroom.id, None)


@pytest.mark.parametrize(
    "fields", [{}, {"title": None}, {"title": ""}, {"title": " \t "}, {"title": "\u200b \u2060"}]
)
async def test_a_session_without_a_title_is_a_new_chat(
    api: Api, cast: Cast, fields: dict[str, str]
) -> None:
    response = await call(api, ROUTE, cast.teacher, cast.classroom, **fields)
    assert data_of(response)["session"]["title"] == "New chat"


async def test_a_long_title_is_cut(api: Api, cast: Cast) -> None:
    response = await call(api, ROUTE, cast.student, cast.classroom, title="ö" * 500)
    assert data_of(response)["session"]["title"] == "ö" * 120


async def test_a_title_cut_inside_an_emoji_is_stored(api: Api, cast: Cast) -> None:
    body = (
        f'{{"class_id": "{cast.classroom.id}", "user_id": "{cast.student.id}",'
        ' "title": "a\\ud83d\\u0000b"}'
    )
    response = await api.post(PREFIX + ROUTE, content=body.encode(), user=cast.student)
    assert data_of(response)["session"]["title"] == "a\ufffdb"


async def test_a_second_call_makes_a_second_session(api: Api, cast: Cast) -> None:
    ids = {
        data_of(await call(api, ROUTE, cast.student, cast.classroom))["session"]["id"]
        for _ in range(2)
    }
    assert len(ids) == 2


async def test_a_guests_session_belongs_to_the_sandbox(api: Api, cast: Cast) -> None:
    for guest, room, sandbox in (
        (cast.guest_one, cast.sandbox_classroom_one, cast.sandbox_one),
        (cast.guest_two, cast.sandbox_classroom_two, cast.sandbox_two),
    ):
        response = await call(api, ROUTE, guest, room, sandbox_id=str(sandbox.id))
        stored = factories.row(ChatSession, id=data_of(response)["session"]["id"])
        assert (stored.sandbox_id, stored.owner_user_id) == (sandbox.id, guest.id)


async def test_it_refuses_and_creates_nothing(api: Api, cast: Cast) -> None:
    before = fingerprint()
    for user in (cast.outsider, cast.stranger, cast.guest_one):
        error_of(await call(api, ROUTE, user, cast.classroom), 403, "class_access_required")
    error_of(await call(api, ROUTE, cast.student, cast.classroom, title=7), 422, "validation_error")
    error_of(await api.post(PREFIX + ROUTE, {}, key="wrong"), 401, "unauthorized")
    error_of(await api.post(PREFIX + ROUTE, {}), 401, "user_token_required")
    error_of(await api.post(PREFIX + ROUTE, method="DELETE"), 405, "method_not_allowed")
    assert fingerprint() == before
