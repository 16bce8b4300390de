"""The `database` and `cast` fixtures, loaded by conftest."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from materials.index.repair import Repairs
from stemcore.embedded.server import ServerHandle
from tests import database as test_database
from tests.cast import Cast, make_cast
from tests.pooler import as_the_service_sees_it


@pytest.fixture(scope="session")
def database_server(testrun_uid: str) -> Iterator[ServerHandle]:
    """The embedded server, shared by the processes of a parallel run; each has its own pooler, if
    the suite runs through one."""
    # Not below pytest's own folder: each pytest that starts closes that to other accounts, and
    # as root the server runs as one.
    folder = Path(gettempdir()) / f"test-database-{testrun_uid}"
    with test_database.test_server(folder) as server, as_the_service_sees_it(server) as seen:
        yield seen


@pytest.fixture(scope="session")
def filled_database(
    database_server: ServerHandle, worker_id: str, django_db_blocker: Any
) -> Iterator[test_database.Superuser]:
    with ExitStack() as stack:
        made = test_database.django_database(database_server, f"test_{worker_id}")
        with django_db_blocker.unblock():  # no longer, for a test may do without this fixture
            filled = stack.enter_context(made)
        yield filled


@pytest.fixture
def requested_repairs(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The classes whose word index was to be repaired; it is not, lest it go on in the next test.

    A test that wants a class repaired awaits `repair_class`.
    """
    requested: list[UUID] = []
    monkeypatch.setattr(Repairs, "request", lambda _, class_id: requested.append(class_id))
    return requested


@pytest.fixture
def database(
    filled_database: test_database.Superuser,
    django_db_blocker: Any,
    requested_repairs: list[UUID],
) -> Iterator[test_database.Superuser]:
    """An empty database for one test, and the superuser's connection to it.

    Rows are deleted instead of rolled back, because the service works on connections of its own
    threads. Without this fixture a test cannot reach the database at all.
    """
    test_database.empty()
    with django_db_blocker.unblock():
        # Some tests cut connections; the next one must not find this thread's dead.
        connection.close_if_unusable_or_obsolete()
        yield filled_database


@pytest.fixture
def cast(database: test_database.Superuser) -> Cast:
    """The named people of the tests and their classes."""
    return make_cast()
