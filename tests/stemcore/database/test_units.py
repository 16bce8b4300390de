"""Units of database work."""

import asyncio
import threading

import pytest
from django.db import connection, transaction

from classes.models import AdminUser
from stemcore.database import SHORT, read, write
from tests import factories
from tests.database import Superuser
from tests.pooler import needs_direct
from tests.queries import count_queries
from tests.stemcore.database.lanes import on_every_thread


@read
def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@read
def holds_transaction() -> bool:
    return connection.in_atomic_block


@needs_direct
async def test_it_runs_in_the_executor_and_keeps_its_connections(database: Superuser) -> None:
    backends = {*await on_every_thread(backend)}
    assert len(backends) == SHORT.threads
    assert {*await asyncio.gather(*(backend() for _ in range(50)))} <= backends


async def test_a_read_holds_no_transaction(database: Superuser) -> None:
    assert not await holds_transaction()


async def test_a_write_is_one_transaction(database: Superuser) -> None:
    user = factories.user()

    @write
    def fails_late() -> None:
        AdminUser.objects.create(user_id=user.id)
        assert connection.in_atomic_block
        raise LookupError

    with pytest.raises(LookupError):
        await fails_late()
    assert factories.count(AdminUser) == 0


async def test_a_unit_is_plain_inside_another(database: Superuser) -> None:
    @write
    def outer() -> tuple[int, str]:
        return backend.sync(), threading.current_thread().name

    pid, thread = await outer()
    assert thread.startswith("database")
    assert pid


async def test_a_connection_that_the_server_ended_is_replaced(database: Superuser) -> None:
    before = {*await on_every_thread(backend)}
    database.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::int[]) pid", [[*before]]
    )
    after = {*await on_every_thread(backend)}
    assert not before & after


async def test_a_healthy_connection_is_not_asked_for_its_health(database: Superuser) -> None:
    await backend()
    with count_queries() as statements:
        await asyncio.gather(*(backend() for _ in range(10)))
    assert statements == ["SELECT pg_backend_pid()"] * 10


async def test_a_failed_transaction_leaves_the_thread_usable(database: Superuser) -> None:
    @read
    def breaks() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    for _ in range(12):
        with pytest.raises(Exception, match="division by zero"):
            await breaks()
    assert await backend()
