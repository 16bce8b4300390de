"""POST /v1/chat/workspace/sessions/archive."""

from datetime import UTC, datetime
from uuid import uuid4

from chat.models import ChatMessage, ChatSession
from tests import factories
from tests.cast import Cast
from tests.chat.workspace import PREFIX, call
from tests.client import Api, data_of, error_of
from tests.database import fingerprint

ROUTE = "sessions/archive"


async def test_it_archives_the_callers_session_and_keeps_its_messages(api: Api, cast: Cast) -> None:
    factories.chat_messages(cast.session, 4)
    session_id = str(cast.session.id)
    response = await call(api, ROUTE, cast.student, cast.classroom, session_id=session_id.upper())
    assert data_of(response) == {"session_id": session_id}
    archived_at = factories.row(ChatSession, id=cast.session.id).archived_at
    assert archived_at is not None
    assert abs((archived_at - datetime.now(UTC)).total_seconds()) < 60
    assert factories.count(ChatMessage, session=cast.session) == 4
    listed = await call(api, "sessions/list", cast.student, cast.classroom)
    assert data_of(listed)["sessions"] == []


async def test_a_second_time_finds_nothing(api: Api, cast: Cast) -> None:
    fields = {"session_id": str(cast.session.id)}
    data_of(await call(api, ROUTE, cast.student, cast.classroom, **fields))
    before = fingerprint()
    error_of(await call(api, ROUTE, cast.student, cast.classroom, **fields), 404, "not_found")
    assert fingerprint() == before


async def test_it_refuses_everybody_but_the_owner(api: Api, cast: Cast) -> None:
    before = fingerprint()
    fields = {"session_id": str(cast.session.id)}
    for user in (cast.teacher, cast.assistant, cast.classmate):
        error_of(await call(api, ROUTE, user, cast.classroom, **fields), 404, "not_found")
    for user in (cast.outsider, cast.guest_one):
        response = await call(api, ROUTE, user, cast.classroom, **fields)
        error_of(response, 403, "class_access_required")
    missing = await call(api, ROUTE, cast.student, cast.classroom, session_id=str(uuid4()))
    error_of(missing, 404, "not_found")
    assert fingerprint() == before


async def test_it_refuses_bad_input(api: Api, cast: Cast) -> None:
    before = fingerprint()
    response = await call(api, ROUTE, cast.student, cast.classroom, session_id="x")
    assert "session_id" in error_of(response, 422, "validation_error")["message"]
    error_of(await api.post(PREFIX + ROUTE, {}, key=None), 401, "unauthorized")
    error_of(await api.post(PREFIX + ROUTE, {}), 401, "user_token_required")
    error_of(await api.post(PREFIX + ROUTE, method="GET"), 405, "method_not_allowed")
    assert fingerprint() == before
