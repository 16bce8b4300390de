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
HELPERS = """
create schema testing;

create view testing.tables as
  select format('%I.%I', schemaname, tablename) as name from pg_tables
  where schemaname in ('public', 'auth', 'storage', 'pgmq', 'stem');

create function testing.empty(kept text[]) returns void language plpgsql
  set session_replication_role = replica set lock_timeout = '5s' as $$
declare
  name text;
  filled boolean;
begin
  for name in select t.name from testing.tables t where t.name <> all (kept) loop
    execute 'select exists (select from ' || name || ')' into filled;
    if filled then
      execute 'delete from ' || name;
    end if;
  end loop;
  insert into public.guest_session_quota (scope) values ('global');
end $$;

create function testing.fingerprint() returns jsonb language plpgsql as $$
declare
  name text;
  digest text;
  found jsonb := '{}';
begin
  -- Counting requests is no change: a refused one is counted, too.
  for name in select t.name from testing.tables t where t.name <> 'stem.throttle_counts' loop
    execute 'select md5(string_agg(row, E''\\n'' order by row)) from '
      || '(select ' || case
        -- A slot that was taken and given back leaves its counters as they were.
        when name in ('public.guest_sandboxes', 'public.guest_session_quota')
          then '(to_jsonb(t) - ''updated_at'')::text'
        else 't::text'
      end || ' as row from ' || name || ' t) rows'
      into digest;
    found := found || jsonb_build_object(name, digest);
  end loop;
  return found;
end $$;
"""

Superuser = psycopg.Connection[dict[str, Any]]
_superusers: list[Superuser] = []


def superuser() -> Superuser:
    """The superuser's connection to the database of this test process, in autocommit.

    It is plain psycopg, so async tests may use it too.
    """
    return _superusers[-1]


def empty() -> None:
    """Deletes every row that a test may have left."""
    superuser().execute("SELECT testing.empty(%s)", [list(KEPT)])


def fingerprint() -> Mapping[str, str | None]:
    """A digest of each table's rows by the table's name; equal digests mean that no row changed."""
    row = superuser().execute("SELECT testing.fingerprint() AS found").fetchone()
    assert row is not None
    found: dict[str, str | None] = row["found"]
    return found


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
    with new_database(server, name) as connection:
        connection.execute(HELPERS)
        point_django_at(direct(server), name)
        call_command("migrate", verbosity=0)
        point_django_at(server, name)
        _superusers.append(connection)
        yield connection
        _superusers.pop()
        connections.close_all()


def point_django_at(server: ServerHandle, name: str) -> None:
    """Connections of all threads share this dictionary; those already open are closed."""
    connections.close_all()
    connections.settings["default"].update(HOST=str(server.socket_dir), NAME=name, USER=LOGIN)
