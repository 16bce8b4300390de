"""The database of the tests: made once a test process, emptied before each test."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg.rows import dict_row

from stemcore.embedded.platform import LOGIN, install_platform
from stemcore.embedded.server import THROWAWAY_OPTIONS, ServerHandle, exclusive, start
from tests.pooler import direct

# What migrations and the platform put in stays; everything else goes.
KEPT = (
    "stem.django_migrations",
    "stem.django_content_type",
    "stem.auth_permission",
    "storage.buckets",
    "pgmq.meta",
)
TABLES = """
  select format('%I.%I', schemaname, tablename) as name from pg_tables
  where schemaname in ('public', 'auth', 'storage', 'pgmq', 'stem')
"""
# A slot that was taken and given back leaves its counters as they were.
TOUCHED = ("public.guest_sandboxes", "public.guest_session_quota")
# Counting requests is no change: a refused one is counted, too.
UNSEEN = ("stem.throttle_counts",)
EMPTY = """
create schema testing;
create function testing.empty() returns void language plpgsql as $$
begin
{deletions}
  insert into public.guest_session_quota (scope) values ('global');
end $$;
"""

Superuser = psycopg.Connection[dict[str, Any]]
_superusers: list[Superuser] = []
_sweepers: list[psycopg.Connection[Any]] = []
_fingerprint = ""


def superuser() -> Superuser:
    """The superuser's connection to the database of this test process, in autocommit.

    It is plain psycopg, so async tests may use it too.
    """
    return _superusers[-1]


def empty() -> None:
    """Deletes every row that a test may have left.

    What it has left at work may just come to its end, and wait for rows in another order.
    """
    for left in reversed(range(3)):
        try:
            _sweepers[-1].execute("SELECT testing.empty()")
            return
        except psycopg.errors.DeadlockDetected:
            if not left:
                raise


def fingerprint() -> Mapping[str, str | None]:
    """A digest of each table's rows by the table's name; equal digests mean that no row changed."""
    return {row["name"]: row["digest"] for row in superuser().execute(_fingerprint.encode())}


def write_helpers(connection: Superuser) -> None:
    """The statements for the tables that are there: nearly every test runs them, so they are static
    and planned once."""
    global _fingerprint
    tables = [row["name"] for row in connection.execute(TABLES)]
    deletions = (
        f"if exists (select from {table}) then delete from {table}; end if;"
        for table in tables
        if table not in KEPT
    )
    connection.execute(EMPTY.format(deletions="\n".join(deletions)).encode())
    _fingerprint = " union all ".join(_digest(table) for table in tables if table not in UNSEEN)


def _digest(table: str) -> str:
    row = "(to_jsonb(t) - 'updated_at')::text" if table in TOUCHED else "t::text"
    digest = f"(select md5(string_agg({row}, E'\\n' order by {row})) from {table} t)"
    return f"select '{table}' as name, {digest} as digest"


@contextmanager
def test_server(folder: Path) -> Iterator[ServerHandle]:
    """The server that all processes of a test run share; the last to leave removes its data."""
    handle = start(folder, THROWAWAY_OPTIONS)
    try:
        yield handle
    finally:
        if handle.close(remove=True):
            shutil.rmtree(folder)


@contextmanager
def new_database(server: ServerHandle, name: str) -> Iterator[Superuser]:
    """An empty database with the platform in it, and a superuser's connection to it."""
    # The platform's roles belong to the server: two processes must not make them at once.
    with exclusive(server.data_dir):
        with psycopg.connect(server.url(), autocommit=True) as first:
            first.execute(f'CREATE DATABASE "{name}"'.encode())
        with psycopg.connect(server.url(name), autocommit=True) as installer:
            install_platform(installer)
    # Only a connection made now has the defaults that the platform gave its database.
    with psycopg.connect(server.url(name), autocommit=True, row_factory=dict_row) as connection:
        yield connection


@contextmanager
def django_database(server: ServerHandle, name: str) -> Iterator[Superuser]:
    """A new database that Django's connections of all threads lead to, with our own tables."""
    # Without triggers and foreign keys, in a connection of its own: changing the role within one
    # would throw away the plans of all its statements.
    as_replica = "-c session_replication_role=replica -c lock_timeout=5s"
    with (
        new_database(server, name) as connection,
        psycopg.connect(server.url(name), autocommit=True, options=as_replica) as sweeper,
    ):
        point_django_at(direct(server), name)
        call_command("migrate", verbosity=0)
        write_helpers(connection)
        point_django_at(server, name)
        _superusers.append(connection)
        _sweepers.append(sweeper)
        yield connection
        _superusers.pop()
        _sweepers.pop()
        connections.close_all()


def point_django_at(server: ServerHandle, name: str) -> None:
    """Connections of all threads share this dictionary; those already open are closed."""
    connections.close_all()
    connections.settings["default"].update(HOST=str(server.socket_dir), NAME=name, USER=LOGIN)
