"""An archived class: all of it can be read, and nothing new is said in it."""

import asyncio
from typing import Any

import pytest

from tests import factories
from tests.cast import Cast
from tests.chat.gates import Gate, contents, tickets, until
from tests.chat.workspace import call
from tests.client import Api, data_of, error_of
from tests.database import fingerprint
from tests.provider_fixtures import Providers


@pytest.mark.parametrize("who", ["student", "teacher"])
async def test_it_takes_no_session_and_no_message(
    api: Api, cast: Cast, providers: Providers, who: str
) -> None:
    user = getattr(cast, who)
    session = factories.chat_session(cast.classroom, user)
    factories.update(cast.classroom, archived=True)
    before = fingerprint()
    error_of(await call(api, "sessions/create", user, cast.classroom), 409, "class_archived")
    for message in ("Why?", " "):
        fields = {"session_id": str(session.id), "message": message}
        response = await call(api, "messages/send", user, cast.classroom, **fields)
        error_of(response, 409, "class_archived")
    assert fingerprint() == before
    assert providers.received == []


@pytest.mark.parametrize("route", ["participants", "sessions/list", "messages/list"])
async def test_it_can_be_read(api: Api, cast: Cast, route: str) -> None:
    session = factories.chat_session(cast.classroom, cast.teacher)
    factories.chat_message(session, content="Why?")
    fields: dict[str, Any] = {"session_id": str(session.id)} if route == "messages/list" else {}
    open_class = data_of(await call(api, route, cast.teacher, cast.classroom, **fields))
    factories.update(cast.classroom, archived=True)
    assert data_of(await call(api, route, cast.teacher, cast.classroom, **fields)) == open_class


async def test_strangers_do_not_learn_that_it_is_archived(api: Api, cast: Cast) -> None:
    factories.update(cast.classroom, archived=True)
    response = await call(api, "sessions/create", cast.outsider, cast.classroom)
    error_of(response, 403, "class_access_required")


async def test_a_message_in_work_when_it_is_archived_is_not_stored(
    api: Api, cast: Cast, gate: Gate
) -> None:
    fields = {"session_id": str(cast.session.id), "message": "Why?"}
    sending = asyncio.create_task(
        call(api, "messages/send", cast.student, cast.classroom, **fields)
    )
    await until(gate.arrived.is_set)
    factories.update(cast.classroom, archived=True)
    gate.opened.set()
    error_of(await sending, 409, "class_archived")
    assert (contents(cast.session), tickets()) == ([], 0)
