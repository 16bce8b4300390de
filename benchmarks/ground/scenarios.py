"""What hangs, what is measured beside it, and what must hold."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg

from benchmarks.ground.world import Side, Times, again_and_again
from stemcore.database import LONG, SHORT, read
from stemcore.deadline import Deadline
from stemcore.guests.admissions import LEASE_S
from stemcore.guests.leases import leases
from stemcore.runtime import runtime
from tests import database
from tests.service import GRACE_S, Service

SENDS = 6
CROWD = 20
BLOCKED_MS = 100


def waiting_for_locks() -> int:
    row = (
        database.superuser()
        .execute("SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        .fetchone()
    )
    return int(row["n"]) if row else -1


@asynccontextmanager
async def locked(session_id: UUID) -> AsyncIterator[None]:
    """Somebody else's lock on a session's row."""
    other = await asyncio.to_thread(_connect, database.superuser().info.dsn)
    try:
        other.execute("SELECT FROM class_chat_sessions WHERE id = %s FOR UPDATE", [session_id])
        yield
    finally:
        other.close()


def _connect(address: str) -> psycopg.Connection:
    return psycopg.connect(address)


async def locked_row(side: Side, _service: Service) -> None:
    session = side.world.sessions[0]
    sends = Times()
    async with (
        locked(session.id),
        again_and_again(side.list_sessions) as lists,
        again_and_again(lambda: side.get("/readyz")) as ready,
        again_and_again(lambda: side.get("/healthz")) as alive,
    ):
        await asyncio.gather(*(sends.of(side.send(session, 1500)) for _ in range(SENDS)))
        leaving = [asyncio.create_task(side.send(session)) for _ in range(SENDS)]
        await asyncio.sleep(1)
        for one in leaving:
            one.cancel()
        await asyncio.sleep(1)
        left = waiting_for_locks()
    print(f"  six sends with 1500 ms    {sends}")
    _print(lists, ready, alive)
    print(f"  backends that wait after the clients left: {left}")
    assert sends.statuses == {502}
    assert sends.most < 1500
    assert left == 0
    assert lists.statuses == ready.statuses == {200}
    assert alive.median < BLOCKED_MS


def _print(lists: Times, ready: Times, alive: Times) -> None:
    print(f"  sessions/list             {lists}")
    print(f"  /readyz                   {ready}")
    print(f"  /healthz                  {alive}")


async def silent_database(side: Side, service: Service) -> None:
    ready, lists = Times(), Times()
    service.relay.deafen()
    async with again_and_again(lambda: side.get("/healthz")) as alive:
        for _ in range(3):
            await ready.of(side.get("/readyz"))
        await asyncio.gather(*(lists.of(side.list_sessions()) for _ in range(CROWD)))
    _print(lists, ready, alive)
    service.relay.hear()
    began = time.monotonic()
    while (await side.get("/readyz")).status_code != 200:
        pass
    while (await side.list_sessions()).status_code != 200:
        pass
    recovery = time.monotonic() - began
    print(f"  recovered after           {recovery:6.1f} s")
    assert ready.statuses == {503}
    assert ready.most < 2000
    assert lists.most < 10_000
    assert recovery < 10
    assert alive.median < BLOCKED_MS


async def silent_connections(side: Side, service: Service) -> None:
    await asyncio.gather(*(side.list_sessions() for _ in range(CROWD)))
    lists, ready = Times(), Times()
    service.relay.hush()
    async with again_and_again(lambda: side.get("/healthz")) as alive:
        await ready.of(side.get("/readyz"))
        await ready.of(side.get("/readyz"))
        await asyncio.gather(*(lists.of(side.list_sessions()) for _ in range(CROWD)))
    _print(lists, ready, alive)
    assert lists.statuses == {200}  # all were run again on new connections
    assert lists.most < 10_000


async def searches(side: Side, _service: Service) -> None:
    sends = Times()
    async with (
        again_and_again(side.list_sessions) as lists,
        again_and_again(lambda: side.get("/readyz"), 0.02) as ready,
        again_and_again(lambda: side.get("/healthz"), 0.02) as alive,
    ):
        for _ in range(3):
            await asyncio.gather(*(sends.of(side.send(one)) for one in side.world.sessions))
    print(f"  12 sends at once          {sends}")
    _print(lists, ready, alive)
    assert sends.statuses == {200}
    assert alive.median < BLOCKED_MS


async def sigterm(side: Side, service: Service) -> None:
    session = side.world.sessions[0]
    async with locked(session.id):
        hanging: list[asyncio.Task[Any]] = [
            asyncio.create_task(side.send(session)) for _ in range(SENDS)
        ]
        await asyncio.sleep(0.5)
        service.relay.deafen()
        hanging += [asyncio.create_task(side.list_sessions()) for _ in range(CROWD)]
        hanging += [asyncio.create_task(side.get("/admin/login/")) for _ in range(4)]
        await asyncio.sleep(0.5)
        began = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(service.process.wait, 60)
        took = time.monotonic() - began
        await asyncio.gather(*hanging, return_exceptions=True)
    print(f"  ended after               {took:6.1f} s, of which {GRACE_S} s of grace")
    assert service.process.returncode == -signal.SIGTERM
    assert took < GRACE_S + 8


async def busy_threads(sandbox_id: UUID) -> None:
    """Every thread for requests is busy for longer than a lease; in this process."""
    sleep = [read(lane=lane)(_sleep) for lane in (SHORT, LONG) for _ in range(2 * lane.threads)]

    async def keep_busy(unit: Any) -> None:
        while True:
            await unit()

    busy = [asyncio.create_task(keep_busy(unit)) for unit in sleep]
    began = time.monotonic()
    async with leases().use(sandbox_id, "embedding", Deadline.after(60)):
        await asyncio.sleep(LEASE_S + 5)
    print(f"  a guest's use lasted      {time.monotonic() - began:6.1f} s and was counted")
    for one in busy:
        one.cancel()
    await asyncio.gather(*busy, return_exceptions=True)
    await runtime().close()


def _sleep() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(2)")
