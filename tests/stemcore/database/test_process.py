"""A service in a process of its own whose database locks, falls silent or comes back."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest

from stemcore.database import SHORT
from stemcore.embedded.server import ServerHandle
from tests.cast import Cast
from tests.chat.workspace import call
from tests.client import Api
from tests.database import Superuser
from tests.service import GRACE_S, Service, service
from tests.steadiness import undisturbed

HUNG_S = 20
"""Whoever waits longer has hung; what is measured here takes a few seconds."""


@pytest.fixture(scope="module")
def running(database_server: ServerHandle, filled_database: Superuser) -> Iterator[Service]:
    with service(database_server, filled_database.info.dbname) as made:
        yield made


@pytest.fixture
async def remote(running: Service) -> AsyncIterator[Api]:
    """The web app's side of that process."""
    async with httpx.AsyncClient(base_url=running.url, timeout=HUNG_S, trust_env=False) as client:
        yield Api(client)
    running.relay.hear()


@contextmanager
def locked_session(database: Superuser, cast: Cast) -> Iterator[None]:
    with psycopg.connect(database.info.dsn) as other, other.transaction():
        other.execute("SELECT FROM class_chat_sessions WHERE id = %s FOR UPDATE", [cast.session.id])
        yield


def send(api: Api, cast: Cast, timeout_ms: int) -> Any:
    fields = {"session_id": str(cast.session.id), "message": "Why?", "timeout_ms": timeout_ms}
    return call(api, "messages/send", cast.student, cast.classroom, **fields)


def list_sessions(api: Api, cast: Cast) -> Any:
    return call(api, "sessions/list", cast.teacher, cast.classroom)


async def readyz(api: Api) -> int:
    return (await api.get("/readyz")).status_code


def waiting_for_locks(database: Superuser) -> int:
    """How many wait in this database; the server is shared with tests that run beside this one."""
    row = database.execute(
        "SELECT count(*) AS n FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    ).fetchone()
    return int(row["n"]) if row else -1


async def test_a_locked_session_stops_nobody_else(
    remote: Api, database: Superuser, cast: Cast
) -> None:
    async def others_go_on() -> None:
        with locked_session(database, cast):
            sends = [asyncio.create_task(send(remote, cast, 4000)) for _ in range(6)]
            await asyncio.sleep(0.3)
            try:
                assert await readyz(remote) == 200
                assert (await list_sessions(remote, cast)).status_code == 200
                assert not any(one.done() for one in sends)
            finally:
                answers = await asyncio.gather(*sends)
            assert {answer.status_code for answer in answers} == {502}
            assert waiting_for_locks(database) == 0

    await undisturbed(others_go_on, 0.5)


async def test_clients_that_leave_a_locked_session_leave_nothing_waiting(
    remote: Api, database: Superuser, cast: Cast
) -> None:
    with locked_session(database, cast):
        sends = [asyncio.create_task(send(remote, cast, 60_000)) for _ in range(6)]
        await asyncio.sleep(0.3)
        for one in sends:
            one.cancel()
        await asyncio.wait(sends)
        async with asyncio.timeout(HUNG_S):
            while waiting_for_locks(database):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert database.execute("SELECT FROM stem.send_tickets").fetchall() == []


async def test_a_silent_database_is_told_and_recovered_from(
    running: Service, remote: Api, database: Superuser, cast: Cast
) -> None:
    running.relay.deafen()
    ready, sent = await asyncio.gather(readyz(remote), send(remote, cast, 1500))
    assert ready == 503
    assert sent.status_code == 502
    assert (await remote.get("/healthz")).status_code == 200
    running.relay.hear()
    async with asyncio.timeout(HUNG_S):
        while await readyz(remote) != 200:
            pass
    assert (await list_sessions(remote, cast)).status_code == 200


async def test_silent_connections_are_replaced(
    running: Service, remote: Api, database: Superuser, cast: Cast
) -> None:
    await asyncio.gather(*(list_sessions(remote, cast) for _ in range(20)))
    running.relay.hush()
    # On a busy machine some may wait too long (`make proof-ground` shows that usually none does).
    await asyncio.gather(*(list_sessions(remote, cast) for _ in range(20)))
    answers = await asyncio.gather(*(list_sessions(remote, cast) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}


async def test_it_ends_within_its_grace_whatever_hangs(
    running: Service, remote: Api, database: Superuser, cast: Cast
) -> None:
    """The last one here: afterwards the process is gone."""
    running.relay.deafen()
    asked = running.relay.sent
    hanging = [asyncio.create_task(list_sessions(remote, cast)) for _ in range(20)]
    hanging += [asyncio.create_task(remote.get("/admin/login/")) for _ in range(4)]
    await asyncio.sleep(0)
    # Behind them all, over a connection as new as theirs and then again: they have arrived.
    for _ in range(2):
        assert (await remote.get("/healthz")).status_code == 200
    async with asyncio.timeout(HUNG_S):
        while running.relay.sent < asked + SHORT.threads:  # noqa: ASYNC110  # another thread counts
            await asyncio.sleep(0.02)
    running.process.send_signal(signal.SIGTERM)
    await asyncio.to_thread(running.process.wait, GRACE_S + HUNG_S)
    answers = await asyncio.gather(*hanging[:20])
    assert {answer.json()["error"]["code"] for answer in answers} == {"service_ends"}
    await asyncio.gather(*hanging, return_exceptions=True)
    assert running.process.returncode == -signal.SIGTERM
