"""POST /v1/chat/workspace/messages/list."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.visits import Visit
from chat.workspace.pages import list_messages
from tests import factories
from tests.cast import Cast
from tests.chat.workspace import MESSAGE_KEYS, PREFIX, SESSION_KEYS, call
from tests.client import Api, data_of, error_of
from tests.database import fingerprint
from tests.queries import count_queries

ROUTE = "messages/list"
START = datetime(2026, 3, 2, 8, 0, 0, 5, tzinfo=UTC)


async def test_it_lists_oldest_first_with_every_key(api: Api, cast: Cast) -> None:
    question = factories.chat_message(cast.session, content="Why?", created_at=START)
    factories.chat_message(
        cast.session,
        "assistant",
        content="Because.",
        citations=[{"sourceLabel": "Blueprint Context"}],
        provider="openai",
        model="m",
        prompt_tokens=1,
        completion_tokens=2,
        total_tokens=3,
        latency_ms=4,
        created_at=START + timedelta(milliseconds=1),
    )
    fields = {"session_id": str(cast.session.id)}
    data = data_of(await call(api, ROUTE, cast.student, cast.classroom, **fields))
    assert set(data["session"]) >= SESSION_KEYS
    assert data["session"]["id"] == str(cast.session.id)
    assert data["page_info"] == {"has_more": False, "next_cursor": None}
    asked, answered = data["messages"]
    assert set(asked) >= MESSAGE_KEYS
    assert asked["id"] == str(question.id)
    assert asked["author_user_id"] == str(cast.student.id)
    assert asked["safety"] is asked["provider"] is asked["latency_ms"] is None
    assert asked["citations"] == []
    assert asked["created_at"] == "2026-03-02T08:00:00.000005+00:00"
    assert answered["author_user_id"] is None
    assert answered["author_kind"] == "assistant"
    assert answered["safety"] == "ok"
    assert answered["citations"] == [{"sourceLabel": "Blueprint Context"}]
    assert [answered[f"{kind}_tokens"] for kind in ("prompt", "completion", "total")] == [1, 2, 3]


async def test_it_pages_backwards_by_cursor(api: Api, cast: Cast) -> None:
    stored = factories.chat_messages(cast.session, 7, START)
    cursor, pages = None, []
    while True:
        fields = {"session_id": str(cast.session.id), "limit": "3", "before_cursor": cursor}
        data = data_of(await call(api, ROUTE, cast.student, cast.classroom, **fields))
        pages.append([message["content"] for message in data["messages"]])
        cursor = data["page_info"]["next_cursor"]
        assert data["page_info"]["has_more"] == (cursor is not None)
        if cursor is None:
            break
    contents = [message.content for message in stored]
    assert pages == [contents[4:], contents[1:4], contents[:1]]


async def test_a_full_last_page_has_no_more(api: Api, cast: Cast) -> None:
    factories.chat_messages(cast.session, 3, START)
    fields = {"session_id": str(cast.session.id), "limit": 3}
    data = data_of(await call(api, ROUTE, cast.student, cast.classroom, **fields))
    assert data["page_info"] == {"has_more": False, "next_cursor": None}


async def test_it_lists_a_hundred_and_twenty_unless_asked(api: Api, cast: Cast) -> None:
    factories.chat_messages(cast.session, 125, START)
    fields = {"session_id": str(cast.session.id)}
    with count_queries() as queries:
        response = await call(api, ROUTE, cast.student, cast.classroom, **fields)
    assert len(data_of(response)["messages"]) == 120
    assert len(queries) == 1


async def test_an_empty_session_is_an_empty_page(api: Api, cast: Cast) -> None:
    fields = {"session_id": str(cast.session.id)}
    data = data_of(await call(api, ROUTE, cast.student, cast.classroom, **fields))
    assert data["messages"] == []
    assert data["page_info"] == {"has_more": False, "next_cursor": None}


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    size=st.integers(0, 40),
    page=st.integers(1, 15),
    moments=st.integers(1, 12),
    seed=st.integers(0, 2**32),
)
def test_pages_cover_every_message_once_while_new_ones_arrive(
    cast: Cast, size: int, page: int, moments: int, seed: int
) -> None:
    random = Random(seed)
    session = factories.chat_session(cast.classroom, cast.student)
    stored = [
        factories.chat_message(
            session, created_at=START + timedelta(microseconds=random.randrange(moments))
        )
        for _ in range(size)
    ]
    expected = [str(m.id) for m in sorted(stored, key=lambda m: (m.created_at, m.id))]
    seen: list[str] = []
    cursor = None
    visit = Visit(cast.student, cast.classroom.id)
    while True:
        found = list_messages.sync(visit, session.id, before_cursor=cursor, limit=page)
        assert len(found["messages"]) <= page
        seen = [message["id"] for message in found["messages"]] + seen
        cursor = found["page_info"]["next_cursor"]
        if cursor is None:
            break
        assert len(found["messages"]) == page
        factories.chat_message(session, created_at=START + timedelta(seconds=random.random() + 1))
    assert seen == expected


@pytest.mark.parametrize("cursor", ["x", "_" * 31, "f" + "_" * 31, "⟦", "a b", "A" * 5_000])
async def test_it_refuses_a_cursor_of_somebody_elses_making(
    api: Api, cast: Cast, cursor: str
) -> None:
    fields = {"session_id": str(cast.session.id), "before_cursor": cursor}
    response = await call(api, ROUTE, cast.student, cast.classroom, **fields)
    assert "before_cursor" in error_of(response, 400, "invalid_cursor")["message"]


@pytest.mark.parametrize("limit", [0, 201, -1, "many", 1.5, True])
async def test_it_refuses_a_limit_out_of_range(api: Api, cast: Cast, limit: object) -> None:
    fields = {"session_id": str(cast.session.id), "limit": limit}
    response = await call(api, ROUTE, cast.student, cast.classroom, **fields)
    assert "limit" in error_of(response, 422, "validation_error")["message"]


async def test_a_teacher_reads_the_session_of_the_student_they_name(api: Api, cast: Cast) -> None:
    factories.chat_messages(cast.session, 2)
    fields = {"session_id": str(cast.session.id)}
    for user in (cast.teacher, cast.assistant):
        named = {**fields, "owner_user_id": str(cast.student.id)}
        data = data_of(await call(api, ROUTE, user, cast.classroom, **named))
        assert len(data["messages"]) == 2
        for owner in (None, str(user.id), str(cast.classmate.id)):
            other = {**fields, "owner_user_id": owner}
            response = await call(api, ROUTE, user, cast.classroom, **other)
            error_of(response, 403, "session_owner_mismatch")


@pytest.mark.parametrize(
    ("citations", "created_at", "shown"),
    [
        ("[" * 3_000 + "]" * 3_000, "2026-03-02", 2),
        ("[" + "9" * 5_000 + "]", "2026-03-02", 2),
        ('{"a": null}', "2026-03-02", 2),
        ("[]", "infinity", 1),
        ("[]", "-infinity", 1),
        ("[]", "0044-03-15 BC", 1),
        ("[]", "12345-01-01", 1),
    ],
)
@pytest.mark.parametrize("limit", [1, 120])
async def test_a_row_of_a_students_own_making_keeps_no_page_from_the_teacher(
    api: Api, cast: Cast, database: Any, citations: str, created_at: str, shown: int, limit: int
) -> None:
    odd = factories.chat_message(cast.session)
    database.execute(
        "UPDATE class_chat_messages SET citations = %s, created_at = %s WHERE id = %s",
        [citations, created_at, odd.id],
    )
    factories.chat_message(cast.session, content="Why?")
    fields: dict[str, Any] = {
        "session_id": str(cast.session.id),
        "owner_user_id": str(cast.student.id),
        "limit": limit,
    }
    listed, cursor = [], None
    for _ in range(3):
        more = {"before_cursor": cursor} if cursor else {}
        data = data_of(await call(api, ROUTE, cast.teacher, cast.classroom, **fields, **more))
        listed += data["messages"]
        cursor = data["page_info"]["next_cursor"]
        if cursor is None:
            break
    assert cursor is None
    assert len(listed) == shown
    assert all(message["citations"] == [] for message in listed)


@pytest.mark.parametrize("citations", ["null", "{}", '"Source 1"'])
async def test_citations_are_always_a_list(
    api: Api, cast: Cast, database: Any, citations: str
) -> None:
    odd = factories.chat_message(cast.session, "assistant")
    database.execute(
        "UPDATE class_chat_messages SET citations = %s WHERE id = %s", [citations, odd.id]
    )
    fields = {"session_id": str(cast.session.id)}
    [message] = data_of(await call(api, ROUTE, cast.student, cast.classroom, **fields))["messages"]
    assert message["citations"] == []


async def test_a_student_cannot_read_anothers_session(api: Api, cast: Cast) -> None:
    before = fingerprint()
    for owner in (None, str(cast.student.id)):
        fields = {"session_id": str(cast.session.id), "owner_user_id": owner}
        response = await call(api, ROUTE, cast.classmate, cast.classroom, **fields)
        error_of(response, 403, "session_owner_mismatch")
    assert fingerprint() == before


async def test_an_archived_session_can_still_be_read(api: Api, cast: Cast) -> None:
    archived = factories.chat_session(cast.classroom, cast.student, archived_at=START)
    fields = {"session_id": str(archived.id)}
    data = data_of(await call(api, ROUTE, cast.student, cast.classroom, **fields))
    assert data["session"]["archived_at"] == "2026-03-02T08:00:00.000005+00:00"


async def test_a_session_that_is_missing_or_of_another_class_is_not_found(
    api: Api, cast: Cast
) -> None:
    elsewhere = factories.chat_session(cast.other_classroom, cast.student)
    for session_id in (uuid4(), elsewhere.id):
        fields = {"session_id": str(session_id)}
        response = await call(api, ROUTE, cast.student, cast.classroom, **fields)
        error_of(response, 404, "session_not_found")


async def test_in_a_sandbox_the_named_owner_is_ignored(api: Api, cast: Cast) -> None:
    room, sandbox = cast.sandbox_classroom_one, str(cast.sandbox_one.id)
    mine = factories.chat_session(room, cast.guest_one)
    theirs = factories.chat_session(room, cast.student)
    fields = {"sandbox_id": sandbox, "owner_user_id": str(cast.student.id)}
    response = await call(api, ROUTE, cast.guest_one, room, session_id=str(mine.id), **fields)
    assert data_of(response)["session"]["id"] == str(mine.id)
    response = await call(api, ROUTE, cast.guest_one, room, session_id=str(theirs.id), **fields)
    error_of(response, 403, "session_owner_mismatch")


async def test_it_refuses_strangers_and_callers_without_credentials(api: Api, cast: Cast) -> None:
    fields = {"session_id": str(cast.session.id)}
    response = await call(api, ROUTE, cast.outsider, cast.classroom, **fields)
    error_of(response, 403, "class_access_required")
    error_of(await api.post(PREFIX + ROUTE, fields, key=None), 401, "unauthorized")
    error_of(await api.post(PREFIX + ROUTE, fields), 401, "user_token_required")
    error_of(await api.post(PREFIX + ROUTE, method="GET"), 405, "method_not_allowed")
