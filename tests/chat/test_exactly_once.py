"""An exchange and what it costs: stored and counted together or not at all, and in order."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import httpx
import psycopg
import pytest

from chat.models import ChatMessage, ChatSession
from stemcore.database import SHORT
from stemcore.database.runs import WIND_UP_S
from tests import factories
from tests.cast import Cast
from tests.chat.gates import Gate, contents, held_up, number, someone_waits, tickets, until
from tests.chat.workspace import call, chat_answer
from tests.client import Api, data_of, error_of
from tests.database import superuser
from tests.provider_fixtures import Providers
from tests.steadiness import undisturbed
from tests.stemcore.guests.embeddings import in_flight, stored

ROUTE = "messages/send"
TURN = "SELECT pg_advisory_xact_lock(hashtext('guest admissions')), pg_sleep(%s)"


@pytest.fixture
def session(cast: Cast) -> ChatSession:
    """Guest two's, in a sandbox class with a blueprint."""
    factories.blueprint(cast.sandbox_classroom_two)
    return factories.chat_session(cast.sandbox_classroom_two, cast.guest_two)


async def send(api: Api, cast: Cast, session: ChatSession, **fields: Any) -> httpx.Response:
    given = {"session_id": str(session.id), "message": "Why?", **fields}
    sandbox_id = str(cast.sandbox_two.id)
    room = cast.sandbox_classroom_two
    return await call(api, ROUTE, cast.guest_two, room, sandbox_id=sandbox_id, **given)


async def ask(api: Api, cast: Cast, message: str, **fields: Any) -> httpx.Response:
    given = {"session_id": str(cast.session.id), "message": message, **fields}
    return await call(api, ROUTE, cast.student, cast.classroom, **given)


def exchanges(session: ChatSession) -> float:
    return factories.count(ChatMessage, session=session) / 2


def counted(cast: Cast) -> int:
    return stored(cast.sandbox_two).chat_messages_used


@contextmanager
def counting_broken() -> Iterator[None]:
    """The platform's function that counts a use is not there."""
    name = "increment_guest_ai_usage_service"
    superuser().execute(f"ALTER FUNCTION {name} RENAME TO elsewhere")  # type: ignore[arg-type]
    try:
        yield
    finally:
        superuser().execute(f"ALTER FUNCTION elsewhere RENAME TO {name}")  # type: ignore[arg-type]


@contextmanager
def others_in_line(number: int, hold_s: float) -> Iterator[None]:
    """So many processes have the guests' turn one after the other, again and again."""
    done = threading.Event()

    def take_turns() -> None:
        address = superuser().info.dsn
        with psycopg.connect(address, autocommit=True) as other:
            while not done.is_set():
                other.execute(TURN, [hold_s])

    with ThreadPoolExecutor(number) as pool:
        taking = [pool.submit(take_turns) for _ in range(number)]
        try:
            yield
        finally:
            done.set()
        for one in taking:
            one.result()


async def test_a_guests_exchange_is_stored_and_counted_once(
    api: Api, cast: Cast, session: ChatSession, providers: Providers
) -> None:
    providers.always(chat_answer("Answer"))
    data_of(await send(api, cast, session))
    assert (exchanges(session), counted(cast)) == (1, 1)
    assert in_flight(cast.sandbox_two) == (0, 0, 0)


async def test_what_cannot_be_counted_is_not_stored(
    api: Api, cast: Cast, session: ChatSession, providers: Providers
) -> None:
    providers.always(chat_answer("Answer"))
    with counting_broken():
        error_of(await send(api, cast, session), 502, "guest_rate_limit_unavailable")
    assert (exchanges(session), counted(cast), tickets()) == (0, 0, 0)
    assert in_flight(cast.sandbox_two) == (0, 0, 0)
    data_of(await send(api, cast, session))
    assert (exchanges(session), counted(cast)) == (1, 1)


async def test_what_cannot_be_stored_is_not_counted(
    api: Api, cast: Cast, session: ChatSession, gate: Gate
) -> None:
    sending = asyncio.create_task(send(api, cast, session))
    await until(gate.arrived.is_set)
    factories.update(session, archived_at=datetime.now(UTC))
    gate.opened.set()
    error_of(await sending, 409, "session_archived")
    assert (exchanges(session), counted(cast)) == (0, 0)
    assert in_flight(cast.sandbox_two) == (0, 0, 0)


async def test_a_use_whose_reservation_is_gone_stores_nothing(
    api: Api, cast: Cast, session: ChatSession, gate: Gate
) -> None:
    sending = asyncio.create_task(send(api, cast, session))
    await until(gate.arrived.is_set)
    superuser().execute("DELETE FROM stem.guest_admissions")
    gate.opened.set()
    error_of(await sending, 502, "guest_rate_limit_unavailable")
    assert (exchanges(session), counted(cast)) == (0, 0)


async def test_an_exchange_waits_in_the_line_of_other_guests(
    api: Api, cast: Cast, session: ChatSession, gate: Gate
) -> None:
    sending = asyncio.create_task(send(api, cast, session))
    await until(gate.arrived.is_set)
    with others_in_line(4, hold_s=SHORT.lock_wait_s / 2):
        await until(someone_waits)
        gate.opened.set()
        data_of(await sending)
    assert (exchanges(session), counted(cast)) == (1, 1)
    assert in_flight(cast.sandbox_two) == (0, 0, 0)


async def test_a_guest_who_leaves_during_storing_pays_nothing_and_finds_nothing(
    api: Api, cast: Cast, session: ChatSession, providers: Providers
) -> None:
    providers.always(chat_answer("Answer"))
    with held_up("INSERT", "class_chat_messages"):
        sending = asyncio.create_task(send(api, cast, session))
        await until(someone_waits)
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        await until(lambda: tickets() == 0 and in_flight(cast.sandbox_two) == (0, 0, 0))
    assert (exchanges(session), counted(cast)) == (0, 0)


# Tickets -----------------------------------------------------------------------------------------


async def test_a_send_whose_ticket_ran_out_stores_nothing_behind_a_later_one(
    api: Api, cast: Cast, gate: Gate
) -> None:
    early = asyncio.create_task(ask(api, cast, "Early"))
    await until(gate.arrived.is_set)
    superuser().execute("UPDATE stem.send_tickets SET expires_at = now()")
    data_of(await ask(api, cast, "Late"))
    gate.opened.set()
    told = error_of(await early, 502, "response_generation_failed")["message"]
    assert "timed out" in told
    assert contents(cast.session) == ["Late", "Second answer"]
    assert tickets() == 0


async def test_a_ticket_outlasts_the_deadline_and_the_commit_that_may_still_follow(
    api: Api, cast: Cast, gate: Gate
) -> None:
    began = monotonic()
    sending = asyncio.create_task(ask(api, cast, "Early", timeout_ms=30_000))
    await until(gate.arrived.is_set)
    left = number(
        "SELECT extract(epoch FROM expires_at - clock_timestamp()) FROM stem.send_tickets"
    )
    assert monotonic() - began + left > 29.4 + WIND_UP_S
    gate.opened.set()
    data_of(await sending)


# Callers that gave up ----------------------------------------------------------------------------


async def test_an_exchange_that_could_not_be_stored_in_time_is_not_stored(
    api: Api, cast: Cast, providers: Providers
) -> None:
    providers.always(chat_answer("Answer"))

    async def store_in_vain() -> None:
        with held_up("INSERT", "class_chat_messages"):
            answers = await asyncio.gather(
                *(ask(api, cast, f"message {n}", timeout_ms=1_200) for n in range(3))
            )
        for answer in answers:
            told = error_of(answer, 502, "response_generation_failed")["message"]
            assert "timed out" in told
        await until(lambda: tickets() == 0)
        assert contents(cast.session) == []

    await undisturbed(store_in_vain, 0.2)


async def test_an_exchange_whose_client_left_while_it_was_stored_is_not_stored(
    api: Api, cast: Cast, providers: Providers
) -> None:
    providers.always(chat_answer("Answer"))
    with held_up("INSERT", "class_chat_messages"):
        sending = asyncio.create_task(ask(api, cast, "Question"))
        await until(someone_waits)
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        await until(lambda: tickets() == 0)
    assert contents(cast.session) == []
