"""Units end with their caller, their deadline and their lane's limits, in the database too."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from classes.models import AdminUser
from stemcore.context import answer_due
from stemcore.database import HEALTH, LONG, SHORT, UPKEEP, Lane, UnitTimeout, read, units, write
from stemcore.database.postgres import base
from stemcore.database.postgres.base import Connection
from stemcore.supabase.tokens import PlatformUser
from tests import factories
from tests.database import Superuser
from tests.pooler import needs_direct
from tests.steadiness import undisturbed
from tests.stemcore.database.lanes import on_every_thread

LONG_S = 30
"""Longer than anything here may take; what waits for it has hung."""


@read
def sleep() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [LONG_S])


@read
def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def sleepers(database: Superuser) -> int:
    found = database.execute(
        "SELECT count(*) AS n FROM pg_stat_activity"
        " WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active' AND datname = current_database()"
    ).fetchone()
    return int(found["n"]) if found else 0


async def until(condition: Callable[[], Any], seconds: float = LONG_S / 2) -> None:
    async with asyncio.timeout(seconds):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


@contextmanager
def due_in(seconds: float) -> Iterator[None]:
    token = answer_due.set(monotonic() + seconds)
    try:
        yield
    finally:
        answer_due.reset(token)


@contextmanager
def own_lane(limit_s: float, patience_s: float) -> Iterator[Lane]:
    """A lane of one thread, with its connection closed at the end."""
    lane = Lane("test", threads=1, limit_s=limit_s, patience_s=patience_s)
    yield lane
    lane.executor.submit(lambda: connection.close()).result(LONG_S)
    lane.executor.shutdown()


def administrator(database: Superuser) -> PlatformUser:
    user = factories.user()
    database.execute("INSERT INTO admin_users (user_id) VALUES (%s)", [user.id])
    return user


@contextmanager
def locked(database: Superuser, user_id: Any) -> Iterator[None]:
    """Somebody else's lock on an administrator's row."""
    with (
        psycopg.connect(database.info.dsn) as other,
        other.transaction(),
    ):
        other.execute("SELECT FROM admin_users WHERE user_id = %s FOR UPDATE", [user_id])
        yield


@write
def take(user_id: Any) -> None:
    AdminUser.objects.select_for_update().get(user_id=user_id)


async def test_it_ends_with_its_caller_in_the_database_too(
    database: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "CANCEL_S", LONG_S)
    monkeypatch.setattr(units, "LEAVE_S", LONG_S)
    calls = [asyncio.create_task(sleep()) for _ in range(SHORT.threads)]
    await until(lambda: sleepers(database) == SHORT.threads)
    for call in calls:
        call.cancel()
    await asyncio.wait(calls, timeout=LONG_S / 2)
    assert sleepers(database) == 0
    assert await backend()


async def test_it_ends_with_the_deadline_of_its_request(database: Superuser) -> None:
    with due_in(0.3), pytest.raises(UnitTimeout):
        await sleep()
    await until(lambda: sleepers(database) == 0)


async def test_it_ends_with_the_limit_of_its_lane(database: Superuser) -> None:
    with own_lane(limit_s=0.2, patience_s=LONG_S) as brief, pytest.raises(UnitTimeout):
        await asyncio.wait_for(read(lane=brief)(sleep.sync)(), LONG_S / 2)
    await until(lambda: sleepers(database) == 0)


async def test_its_caller_has_the_patience_of_its_lane(database: Superuser) -> None:
    with own_lane(limit_s=LONG_S, patience_s=0.5) as busy:
        calls = [asyncio.create_task(read(lane=busy)(sleep.sync)()) for _ in range(3)]
        ended = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), LONG_S / 2)
    assert {type(one) for one in ended} == {UnitTimeout}
    await until(lambda: sleepers(database) == 0)


async def test_it_ends_in_the_database_though_its_cancellation_is_lost(
    database: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(self: Connection, *, timeout: float) -> None:
        raise psycopg.errors.CancellationTimeout

    monkeypatch.setattr(Connection, "cancel_safe", lost)
    with own_lane(limit_s=LONG_S, patience_s=0.3) as busy, pytest.raises(UnitTimeout):
        await read(lane=busy)(sleep.sync)()
    await until(lambda: sleepers(database) == 0)


async def test_what_is_long_or_stuck_holds_up_neither_leases_nor_health(
    database: Superuser,
) -> None:
    search = read(lane=LONG)(sleep.sync)
    searches = [asyncio.create_task(search()) for _ in range(12)]
    await until(lambda: sleepers(database) == LONG.threads)
    assert await backend()
    stuck = [asyncio.create_task(sleep()) for _ in range(2 * SHORT.threads)]
    await until(lambda: sleepers(database) == LONG.threads + SHORT.threads)
    for lane in (UPKEEP, HEALTH):
        assert await read(lane=lane)(backend.sync)()
    assert not any(one.done() for one in searches + stuck)
    for one in searches + stuck:
        one.cancel()
    await asyncio.wait(searches + stuck)


async def test_upkeep_outlasts_the_deadline_of_its_request(database: Superuser) -> None:
    @write(lane=UPKEEP)
    def give_back() -> int:
        return backend.sync()

    with due_in(-1):
        assert await give_back()
        with pytest.raises(UnitTimeout):
            await backend()


async def test_a_healthy_connection_outlives_an_ended_unit(
    database: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "CANCEL_S", LONG_S)  # it is healthy, if slow
    before = {*await on_every_thread(backend)}
    for _ in range(SHORT.threads):
        with due_in(0.1), pytest.raises(UnitTimeout):
            await sleep()
    assert await backend() in before


@pytest.mark.parametrize("gone", ["caller", "deadline"])
async def test_what_nobody_wants_any_more_is_not_committed(database: Superuser, gone: str) -> None:
    user, stored, go_on = factories.user(), Event(), Event()

    @write
    def store() -> None:
        AdminUser.objects.create(user_id=user.id)
        stored.set()
        go_on.wait(LONG_S)

    async def store_in_vain() -> None:
        stored.clear()
        go_on.clear()
        with due_in(0.5 if gone == "deadline" else LONG_S):
            call = asyncio.create_task(store())
            await until(lambda: stored.is_set() or call.done())
            if gone == "caller":
                call.cancel()
                await asyncio.sleep(0)
            else:
                await asyncio.sleep(0.6)
            go_on.set()
            with pytest.raises(asyncio.CancelledError if gone == "caller" else UnitTimeout):
                await call
        await backend()
        assert stored.is_set()
        assert factories.count(AdminUser) == 0

    await undisturbed(store_in_vain, 0.1)


async def test_waiting_for_a_lock_takes_no_thread(database: Superuser) -> None:
    user = administrator(database)
    with locked(database, user.id):
        crowd = [asyncio.create_task(take(user.id)) for _ in range(5 * SHORT.threads)]
        await asyncio.sleep(0.2)
        for _ in range(20):
            assert await backend()
        assert not any(one.done() for one in crowd)
    await asyncio.gather(*crowd)


async def test_a_lock_that_does_not_come_ends_with_the_deadline(database: Superuser) -> None:
    user = administrator(database)
    with locked(database, user.id), due_in(0.4), pytest.raises(UnitTimeout):
        await take(user.id)


@needs_direct
async def test_a_unit_whose_connection_had_died_is_run_again(database: Superuser) -> None:
    runs: list[int] = []

    @write
    def first_statement_fails() -> int:
        runs.append(connection.connection.info.backend_pid if connection.connection else 0)
        if len(runs) == 1:
            connection.ensure_connection()
            end_backend(database, connection.connection.info.backend_pid)
        return backend.sync()

    assert await first_statement_fails() != runs[0]
    assert len(runs) == 2


async def test_a_unit_that_had_done_something_is_not_run_again(database: Superuser) -> None:
    runs: list[int] = []

    @write
    def second_statement_fails() -> int:
        runs.append(backend.sync())
        end_backend(database, runs[-1])
        return backend.sync()

    with pytest.raises(Exception, match="connection"):
        await second_statement_fails()
    assert len(runs) == 1
    assert await backend()


def end_backend(database: Superuser, pid: int) -> None:
    database.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def limits() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'current_setting({name!r})' for name in LIMITS)}")
        return [*cursor.fetchone()]


@needs_direct
async def test_the_database_knows_the_limits_of_the_lane(database: Superuser) -> None:
    assert await read(limits)() == ["7s", "50ms", "7s"]
    assert await write(lane=LONG)(limits)() == ["10s", "50ms", "10s"]


async def test_a_transaction_pooler_is_told_with_each_transaction(
    database: Superuser, settings: Any
) -> None:
    settings.DATABASE_POOL_MODE = "transaction"
    with own_lane(limit_s=1, patience_s=LONG_S) as lane:
        assert await write(lane=lane)(limits)() == ["3s", "50ms", "3s"]
        # Between transactions the role's own settings count.
        assert await read(lane=lane)(limits)() == ["15s", "5s", "15s"]


@needs_direct
async def test_beginning_on_a_dead_connection_is_tried_again(
    database: Superuser, settings: Any
) -> None:
    settings.DATABASE_POOL_MODE = "transaction"
    runs: list[int] = []

    def dies_first() -> int:
        runs.append(1)
        connection.ensure_connection()
        if len(runs) == 1:
            end_backend(database, connection.connection.info.backend_pid)
        with transaction.atomic():
            return backend.sync()

    with own_lane(limit_s=LONG_S, patience_s=LONG_S) as lane:
        assert await read(lane=lane)(dies_first)()
    assert len(runs) == 2
