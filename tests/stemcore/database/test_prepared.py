"""Statements that a connection plans once."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from django.db import DataError, NotSupportedError, connection

from stemcore.database import LONG, SHORT, Unit, prepared, prepared_cursor, read, write
from tests.database import Superuser
from tests.pooler import needs_direct
from tests.stemcore.database.lanes import on_every_thread

pytestmark = needs_direct

COUNT = "select count(*) from generate_series(1, %(most)s) n where n::text <> %(but)s"


@pytest.fixture
def numbers(database: Superuser) -> Iterator[Superuser]:
    """A table whose one row holds a number and its kind, and who may change it."""
    database.execute("CREATE TABLE stem.numbers AS SELECT 7 AS number, 'prime' AS kind")
    database.execute("GRANT SELECT, INSERT ON stem.numbers TO PUBLIC")
    yield database
    database.execute("DROP TABLE stem.numbers")


def number(statement: str = "select number from numbers") -> object:
    with prepared_cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def make_them_text(database: Superuser) -> None:
    database.execute("ALTER TABLE stem.numbers ALTER number TYPE text")


@read
def planned() -> list[tuple[int, int]]:
    """The statement's result, and how often it was planned and run, each time."""
    found = []
    for most, but in ((3, "1"), (2, "1"), (300, "none")):
        with prepared_cursor() as cursor:
            cursor.execute(COUNT, {"most": most, "but": but})
            [count] = cursor.fetchone()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT generic_plans + custom_plans FROM pg_prepared_statements"
                " WHERE statement LIKE 'select count(*) from generate_series%'"
            )
            found.append((count, *(runs for (runs,) in cursor.fetchall())))
    return found


async def test_a_statement_is_parsed_once_a_connection(database: Superuser) -> None:
    assert await planned() == [(2, 1), (1, 2), (300, 3)]


async def test_other_statements_are_not_prepared(database: Superuser) -> None:
    @read
    def prepared() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", [1])
        return statements()

    assert "SELECT" not in "".join(await prepared())


async def test_what_is_not_prepared_is_not_kept(database: Superuser) -> None:
    @read
    def kept() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", ["what a student said"])
        return repr(vars(connection.connection._prepared))

    assert "what a student said" not in await kept()


async def test_what_fails_is_kept_once(database: Superuser) -> None:
    """So it is while the database takes no writes, whoever comes."""

    @read
    def kept() -> int:
        for _ in range(5):
            with pytest.raises(DataError), prepared_cursor() as cursor:
                cursor.execute("select 1 / %(zero)s", {"zero": 0})
        return len([held for held in statements() if held.startswith("select 1 /")])

    assert await kept() == 1


def statements(column: str = "statement") -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM pg_prepared_statements")
        return [held for (held,) in cursor.fetchall()]


async def test_no_two_connections_give_the_same_name(database: Superuser) -> None:
    """Or a statement would run another one behind a pooler that changes connections."""

    def names() -> list[str]:
        with prepared_cursor() as cursor:
            cursor.execute(COUNT, {"most": 1, "but": "1"})
        return statements("name")

    found = [*await read(lane=SHORT)(names)(), *await read(lane=LONG)(names)()]
    assert len(found) == len({*found}) > 1


@pytest.mark.parametrize("how", [read, write])
async def test_nothing_is_prepared_once_statements_are_lost(
    database: Superuser,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    how: Callable[..., Unit[[], object]],
) -> None:
    """A pooler that no setting names gives each transaction another connection."""
    monkeypatch.setattr(prepared, "pooler", prepared._Pooler())

    def seven() -> object:
        return number("select 7")

    @read
    def lose_them() -> None:
        seven()
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")

    @read
    def held() -> int:
        seven()
        return len(statements())

    await many(lose_them)
    assert await many(how(seven)) == {7}
    assert await many(held) == {0}
    assert "statements_not_prepared" in caplog.text


def after_another() -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return number("select number from numbers where true")


async def many(unit: Unit[[], object]) -> set[object]:
    """What a unit gives to a crowd."""
    return {*await asyncio.gather(*(unit() for _ in range(50)))}


@pytest.mark.parametrize("unit", [read(number), write(number), read(after_another)])
async def test_a_column_of_another_type_fails_nobody(
    numbers: Superuser, unit: Unit[[], object]
) -> None:
    """The platform changes its tables while the service runs."""
    assert {*await on_every_thread(unit)} == {7}
    make_them_text(numbers)
    assert await many(unit) == {"7"}


KINDS = (
    "select kind::text from numbers where kind = %(kind)s",
    "insert into numbers (kind) values (%(kind)s) returning kind::text",
)


@pytest.mark.parametrize("how", [read, write])
@pytest.mark.parametrize("statement", KINDS)
async def test_a_parameter_of_another_type_fails_nobody(
    numbers: Superuser, statement: str, how: Callable[..., Unit[[], object]]
) -> None:
    def kind() -> object:
        with prepared_cursor() as cursor:
            cursor.execute(statement, {"kind": "prime"})
            return cursor.fetchone()[0]

    unit = how(kind)
    assert await many(unit) == {"prime"}
    numbers.execute("CREATE TYPE stem.kinds AS ENUM ('prime')")
    try:
        numbers.execute(
            "ALTER TABLE stem.numbers ALTER kind TYPE stem.kinds USING kind::stem.kinds"
        )
        assert await many(unit) == {"prime"}
    finally:
        numbers.execute("DROP TYPE stem.kinds CASCADE")


async def test_a_transaction_that_had_done_something_fails_once_at_most(
    numbers: Superuser,
) -> None:
    unit = write(after_another)
    await on_every_thread(read(after_another))  # ends the plans for the table of another test
    assert await many(unit) == {7}
    make_them_text(numbers)
    failed = 0
    for _ in range(20):
        try:
            assert await unit() == "7"
        except NotSupportedError:
            failed += 1
    assert failed <= 1
