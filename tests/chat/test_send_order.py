"""Sends to one session: in order, whole or not at all, whatever dies meanwhile."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.conf import settings

from chat.models import ChatCompaction, ChatMessage, ChatSession
from stemcore.asgi import application
from stemcore.supabase.tokens import PlatformUser
from tests import factories
from tests.cast import Cast
from tests.chat.gates import Gate, contents, number, tickets, until
from tests.chat.workspace import PREFIX, call, chat_answer
from tests.client import Api, data_of, error_of
from tests.database import superuser
from tests.provider_fixtures import Providers
from tests.stubs.steps import error
from tests.tokens import access_token

ROUTE = "messages/send"


async def send(api: Api, cast: Cast, message: str, **fields: Any) -> httpx.Response:
    given = {"session_id": str(cast.session.id), "message": message, **fields}
    return await call(api, ROUTE, cast.student, cast.classroom, **given)


def leave_ticket(session: ChatSession, seconds: float) -> None:
    """The ticket of a process that died, with so many seconds to go."""
    superuser().execute(
        "INSERT INTO stem.send_tickets (key, session_id, expires_at)"
        " VALUES (%s, %s, now() + make_interval(secs => %s))",
        [uuid4(), session.id, seconds],
    )


async def test_two_simultaneous_sends_store_two_exchanges_in_order(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    first = asyncio.create_task(send(api, cast, "First"))
    await until(gate.arrived.is_set)
    second = asyncio.create_task(send(api, cast, "Second"))
    await until(lambda: tickets() == 2)
    assert len(providers.prompts) == 1
    gate.opened.set()
    data_of(await first)
    data_of(await second)
    assert contents(cast.session) == ["First", "First answer", "Second", "Second answer"]
    assert "student: First\nassistant: First answer" in providers.prompts[1].user
    assert tickets() == 0


async def test_many_simultaneous_sends_keep_every_exchange_together(
    api: Api, cast: Cast, providers: Providers
) -> None:
    providers.always(lambda request: chat_answer(f"To {asked(request.user)}"))
    messages = [f"message {n}" for n in range(6)]
    for response in await asyncio.gather(*(send(api, cast, text) for text in messages)):
        data_of(response)
    found = contents(cast.session)
    assert sorted(found[::2]) == messages
    assert found[1::2] == [f"To {text}" for text in found[::2]]


def asked(prompt: str) -> str:
    """The message that a prompt asks to be answered."""
    return prompt.rpartition("begin message")[2].splitlines()[1]


async def test_sends_to_other_sessions_do_not_wait(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    first = asyncio.create_task(send(api, cast, "First"))
    await until(gate.arrived.is_set)
    other = factories.chat_session(cast.classroom, cast.student)
    data_of(await send(api, cast, "Elsewhere", session_id=str(other.id)))
    assert not first.done()
    gate.opened.set()
    data_of(await first)


async def test_waiting_sends_hold_no_connection(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    sends = [asyncio.create_task(send(api, cast, f"message {n}")) for n in range(12)]
    await until(lambda: gate.arrived.is_set() and tickets() == 12)
    busy = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE state = 'idle in transaction' AND datname = current_database()"
    )
    await until(lambda: number(busy) == 0)
    data_of(await call(api, "sessions/list", cast.student, cast.classroom))
    gate.opened.set()
    for response in await asyncio.gather(*sends):
        data_of(response)
    assert len(contents(cast.session)) == 24


async def test_a_send_that_waits_too_long_times_out(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    first = asyncio.create_task(send(api, cast, "First"))
    await until(gate.arrived.is_set)
    response = await send(api, cast, "Second", timeout_ms=1500)
    told = error_of(response, 502, "response_generation_failed")["message"]
    assert "timed out" in told
    assert tickets() == 1
    gate.opened.set()
    data_of(await first)
    assert contents(cast.session) == ["First", "First answer"]


async def test_a_failed_send_lets_the_next_one_on(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    gate.reply = error(401)
    providers.configure("openrouter")
    first = asyncio.create_task(send(api, cast, "First"))
    await until(gate.arrived.is_set)
    second = asyncio.create_task(send(api, cast, "Second"))
    await until(lambda: tickets() == 2)
    gate.opened.set()
    error_of(await first, 502, "response_generation_failed")
    data_of(await second)
    assert contents(cast.session) == ["Second", "Second answer"]


async def test_a_ticket_of_a_dead_process_expires(
    api: Api, cast: Cast, providers: Providers
) -> None:
    providers.always(chat_answer("Answer"))
    leave_ticket(cast.session, 0.3)
    leave_ticket(factories.chat_session(cast.classroom, cast.teacher), -60)
    data_of(await send(api, cast, "Hello"))
    assert contents(cast.session) == ["Hello", "Answer"]
    assert tickets() == 2
    providers.configure("openrouter")
    providers.always(error(401))
    error_of(await send(api, cast, "Again"), 502, "response_generation_failed")
    assert tickets() == 0


async def test_a_session_archived_or_deleted_meanwhile_takes_nothing(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    sending = asyncio.create_task(send(api, cast, "First"))
    await until(gate.arrived.is_set)
    factories.update(cast.session, archived_at=datetime.now(UTC))
    gate.opened.set()
    error_of(await sending, 409, "session_archived")
    deleted = factories.chat_session(cast.classroom, cast.student)
    later = Gate(chat_answer())
    providers.script(later)
    sending = asyncio.create_task(send(api, cast, "First", session_id=str(deleted.id)))
    await until(later.arrived.is_set)
    superuser().execute("DELETE FROM class_chat_sessions WHERE id = %s", [deleted.id])
    later.opened.set()
    error_of(await sending, 404, "session_not_found")
    assert factories.count(ChatMessage) == tickets() == 0


# Clients that give up ----------------------------------------------------------------------------


async def test_a_cancelled_send_stores_nothing_and_frees_the_session(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    sending = asyncio.create_task(send(api, cast, "First"))
    await until(gate.arrived.is_set)
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    await until(lambda: tickets() == 0)
    gate.opened.set()
    data_of(await send(api, cast, "Second"))
    assert contents(cast.session) == ["Second", "Second answer"]


async def test_a_send_cancelled_while_it_waits_frees_the_session(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    first = asyncio.create_task(send(api, cast, "First"))
    await until(gate.arrived.is_set)
    second = asyncio.create_task(send(api, cast, "Second"))
    await until(lambda: tickets() == 2)
    second.cancel()
    with suppress(asyncio.CancelledError):
        await second
    await until(lambda: tickets() == 1)
    gate.opened.set()
    data_of(await first)
    assert contents(cast.session) == ["First", "First answer"]


@pytest.mark.parametrize("steps", range(1, 12))
async def test_a_send_cancelled_at_any_moment_is_whole_or_nothing(
    api: Api, cast: Cast, providers: Providers, steps: int
) -> None:
    providers.always(chat_answer("Answer"))
    sending = asyncio.create_task(send(api, cast, "Question"))
    await asyncio.sleep(steps * 0.002)
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    await until(lambda: tickets() == 0)
    assert contents(cast.session) in ([], ["Question", "Answer"])


async def test_a_client_that_hangs_up_leaves_nothing(
    cast: Cast, providers: Providers, gate: Gate
) -> None:
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    sent: list[dict[str, Any]] = []

    async def collect(event: dict[str, Any]) -> None:
        sent.append(event)

    body = {
        "class_id": str(cast.classroom.id),
        "user_id": str(cast.student.id),
        "session_id": str(cast.session.id),
        "message": "First",
    }
    events.put_nowait({"type": "http.request", "body": json.dumps(body).encode()})
    serving = asyncio.ensure_future(application(scope_of(cast.student), events.get, collect))
    await until(gate.arrived.is_set)
    events.put_nowait({"type": "http.disconnect"})
    await asyncio.wait_for(serving, 30)
    assert sent == []
    assert tickets() == 0
    gate.opened.set()
    assert contents(cast.session) == []


def scope_of(user: PlatformUser) -> dict[str, Any]:
    """An ASGI request of that user."""
    headers = {
        "x-api-key": settings.PYTHON_BACKEND_API_KEY,
        "authorization": f"Bearer {access_token(user.id)}",
        "content-type": "application/json",
    }
    return {
        "type": "http",
        "method": "POST",
        "path": PREFIX + ROUTE,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


# A database that drops connections ---------------------------------------------------------------


async def test_connections_lost_while_the_provider_works_are_replaced(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    sending = asyncio.create_task(send(api, cast, "First"))
    await until(gate.arrived.is_set)
    superuser().execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND usename = 'stem_backend'"
    )
    gate.opened.set()
    data_of(await sending)
    assert contents(cast.session) == ["First", "First answer"]


@contextmanager
def dropping(event: str, table: str, *, at_commit: bool = False) -> Iterator[None]:
    """Each such event ends the connection that causes it."""
    kind = "CONSTRAINT TRIGGER" if at_commit else "TRIGGER"
    when = "AFTER" if at_commit else "BEFORE"
    deferred = "DEFERRABLE INITIALLY DEFERRED" if at_commit else ""
    superuser().execute(
        f"""
        CREATE FUNCTION testing.drop_connection() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
        CREATE {kind} drops {when} {event} ON {table} {deferred}
        FOR EACH ROW EXECUTE FUNCTION testing.drop_connection();
        """  # type: ignore[arg-type]
    )
    try:
        yield
    finally:
        superuser().execute("DROP FUNCTION testing.drop_connection() CASCADE")


@pytest.mark.parametrize(
    ("event", "table", "at_commit"),
    [
        ("INSERT", "stem.send_tickets", False),
        ("INSERT", "stem.send_tickets", True),
        ("INSERT", "class_chat_messages", False),
        ("UPDATE", "class_chat_sessions", False),
        ("INSERT", "class_chat_session_compactions", False),
        ("DELETE", "stem.send_tickets", False),
        ("INSERT", "class_chat_messages", True),
    ],
)
async def test_a_connection_lost_at_any_step_leaves_nothing(
    api: Api, cast: Cast, providers: Providers, event: str, table: str, at_commit: bool
) -> None:
    providers.always(chat_answer("Answer"))
    before = factories.chat_messages(cast.session, 60)
    with dropping(event, table, at_commit=at_commit):
        response = await send(api, cast, "Question")
    error_of(response, 502, "chat_workspace_error")
    assert len(contents(cast.session)) == len(before)
    assert factories.count(ChatCompaction) == 0
    assert factories.row(ChatSession, id=cast.session.id) == cast.session
    superuser().execute("DELETE FROM stem.send_tickets")
    data_of(await send(api, cast, "Question"))
    assert contents(cast.session)[60:] == ["Question", "Answer"]
