"""POST /v1/chat/workspace/sessions/rename."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from chat.models import ChatSession
from tests import factories
from tests.cast import Cast
from tests.chat.workspace import PREFIX, SESSION_KEYS, call
from tests.client import Api, data_of, error_of
from tests.database import fingerprint

ROUTE = "sessions/rename"


async def test_it_renames_the_callers_session(api: Api, cast: Cast) -> None:
    fields = {"session_id": str(cast.session.id), "title": " Light  and dark "}
    session = data_of(await call(api, ROUTE, cast.student, cast.classroom, **fields))["session"]
    assert set(session) >= SESSION_KEYS
    assert session["title"] == "Light  and dark"
    stored = factories.row(ChatSession, id=cast.session.id)
    assert stored.title == "Light  and dark"
    assert stored.updated_at > cast.session.updated_at
    assert stored.last_message_at == cast.session.last_message_at
    again = data_of(await call(api, ROUTE, cast.student, cast.classroom, **fields))["session"]
    assert again["title"] == session["title"]


async def test_a_long_title_is_cut(api: Api, cast: Cast) -> None:
    fields = {"session_id": str(cast.session.id), "title": "x" * 121}
    response = await call(api, ROUTE, cast.student, cast.classroom, **fields)
    assert data_of(response)["session"]["title"] == "x" * 120


@pytest.mark.parametrize("title", ["", "  ", "\n\t", "\u200b"])
async def test_a_blank_title_is_refused(api: Api, cast: Cast, title: str) -> None:
    before = fingerprint()
    fields = {"session_id": str(cast.session.id), "title": title}
    response = await call(api, ROUTE, cast.student, cast.classroom, **fields)
    assert "title" in error_of(response, 400, "validation_error")["message"]
    assert fingerprint() == before


async def test_foreign_missing_and_archived_sessions_look_alike(api: Api, cast: Cast) -> None:
    archived = factories.chat_session(cast.classroom, cast.classmate, archived_at=datetime.now(UTC))
    elsewhere = factories.chat_session(cast.other_classroom, cast.classmate)
    before = fingerprint()
    messages = set()
    for session_id in (cast.session.id, archived.id, elsewhere.id, uuid4()):
        fields = {"session_id": str(session_id), "title": "Mine now"}
        response = await call(api, ROUTE, cast.classmate, cast.classroom, **fields)
        messages.add(error_of(response, 404, "not_found")["message"])
    assert len(messages) == 1
    assert fingerprint() == before


async def test_a_teacher_cannot_rename_a_students_session(api: Api, cast: Cast) -> None:
    before = fingerprint()
    fields = {"session_id": str(cast.session.id), "title": "Seen"}
    error_of(await call(api, ROUTE, cast.teacher, cast.classroom, **fields), 404, "not_found")
    assert fingerprint() == before


async def test_it_refuses_strangers_and_bad_input(api: Api, cast: Cast) -> None:
    before = fingerprint()
    fields = {"session_id": str(cast.session.id), "title": "x"}
    response = await call(api, ROUTE, cast.outsider, cast.classroom, **fields)
    error_of(response, 403, "class_access_required")
    for wrong, field in (({"title": "x"}, "session_id"), ({"session_id": 5}, "session_id")):
        response = await call(api, ROUTE, cast.student, cast.classroom, **wrong)
        assert field in error_of(response, 422, "validation_error")["message"]
    response = await call(
        api, ROUTE, cast.student, cast.classroom, session_id=str(cast.session.id), title=None
    )
    assert "title" in error_of(response, 422, "validation_error")["message"]
    error_of(await api.post(PREFIX + ROUTE, fields, key=None), 401, "unauthorized")
    error_of(await api.post(PREFIX + ROUTE, fields), 401, "user_token_required")
    error_of(await api.post(PREFIX + ROUTE, method="PATCH"), 405, "method_not_allowed")
    assert fingerprint() == before
