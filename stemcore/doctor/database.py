"""The database: it answers, our tables are there and closed, the platform's are as expected."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from stemcore.checks import database as of_database
from stemcore.database import LONG, read
from stemcore.doctor import DATABASE, Check, Findings, in_database
from stemcore.schema import unreachable


def checks() -> Iterator[Check]:
    yield Check(DATABASE, _reachable)
    for name, found in {
        "search path": of_database.search_path,
        "migrations": _migrations,
        "rights of the login": of_database.login,
        "exposure of schema stem": of_database.exposure,
        "platform's tables": of_database.drift,
    }.items():
        yield Check(name, in_database(found), needs=DATABASE)


async def _reachable() -> Findings:
    try:
        await _ping()
    except OperationalError as error:
        words, remedy = unreachable(error)
        return [Error(words, hint=remedy, id="stemcore.E003")]
    return []


@read(lane=LONG)
def _ping() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> Iterator[CheckMessage]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield Error(
            f"{len(missing)} migrations have not been carried out, the first of them "
            f"{missing[0][0]}.",
            hint="Run `manage.py migrate`.",
            id="stemcore.E031",
        )
