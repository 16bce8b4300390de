"""The platform in the box: its tables, rules and functions as our own SQL, put in once.

A hosted database has all this from the platform's own migrations; this stands in for them where
there is none: in development, in the demo and in tests.
"""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import scalar_row

from stemcore.embedded.server import start

SQL_FILES = sorted((Path(__file__).parent / "sql").glob("*.sql"))
LOGIN = "stem_backend"
DATABASE = "postgres"


class PlatformOutdated(RuntimeError):
    """The database was made by another version of the platform's SQL."""

    def __init__(self) -> None:
        super().__init__(
            "The embedded database was made by another version of this program. "
            "Start over with `make reset` (its data is lost)."
        )


def platform_version() -> str:
    """A short fingerprint of the SQL files; it changes with them."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in SQL_FILES)).hexdigest()[:16]


def install_platform(connection: "psycopg.Connection[Any]") -> None:
    """Puts the platform into an empty database, whole or not at all; does nothing to a current one.

    `connection` is a superuser's, outside a transaction.

    Raises:
        PlatformOutdated: another version of the platform is there.
    """
    with connection.transaction(), connection.cursor(row_factory=scalar_row) as cursor:
        # The lock lets one process install while others wait for it.
        cursor.execute("select pg_advisory_xact_lock(hashtext('embedded platform'))")
        found = cursor.execute(
            "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = 'auth'"
        ).fetchall()
        if not found:
            for file in SQL_FILES:
                cursor.execute(file.read_bytes())
            cursor.execute(f"comment on schema auth is '{platform_version()}'".encode())
        elif found != [platform_version()]:
            raise PlatformOutdated


def embedded_database(data_dir: Path) -> dict[str, Any]:
    """Django's settings of the embedded database; starts its server, fills it when it is empty.

    Raises:
        EmbeddedServerError: the server cannot be made or started.
    """
    server = start(data_dir)
    # An outdated platform must not keep the command that starts over from reading its settings;
    # the demo installs again and says what to do.
    with (
        suppress(PlatformOutdated),
        psycopg.connect(server.url(DATABASE), autocommit=True) as connection,
    ):
        install_platform(connection)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": str(server.socket_dir),
        "NAME": DATABASE,
        "USER": LOGIN,
    }
