"""The service's own schema: made by `manage.py migrate`, closed to browsers.

Everything of ours lives there, because `public` is exposed to browsers. Names of both schemas
are found through the search path, `stem` first.
"""

from collections.abc import Iterator

from django.conf import settings
from django.core.management.base import CommandError
from django.db.backends.base.base import BaseDatabaseWrapper

SCHEMA = "stem"
BROWSER_ROLES = ("anon", "authenticated")


class WrongSchema(CommandError):
    """Tables would not land in the service's own schema."""


def prepare_schema(connection: BaseDatabaseWrapper) -> None:
    """Makes the schema, and sees to it that what is made next lands there.

    Raises:
        WrongSchema: the search path does not lead there.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    close_schema(connection)
    if _is_dedicated(connection):
        _give_role_the_path(connection)
    require_schema(connection)


def require_schema(connection: BaseDatabaseWrapper) -> None:
    """Raises WrongSchema unless new tables land in the service's own schema."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_user")
        schema, role = cursor.fetchone()
    if schema != SCHEMA:
        raise WrongSchema(
            f'Tables would land in schema "{schema}", which may be open to browsers. '
            f"A transaction pooler takes the search path from the role: connect as a role that "
            f'owns no tables of the platform (not "{role}"), run migrate over a direct '
            f"connection first, or set DATABASE_POOL_MODE=session."
        )


def close_schema(connection: BaseDatabaseWrapper) -> None:
    """Takes every right on the schema and on what is in it from browsers."""
    with connection.cursor() as cursor:
        for statement in _revokes(_present_roles(connection)):
            cursor.execute(statement)


def _revokes(roles: list[str]) -> Iterator[str]:
    everybody = ", ".join(["PUBLIC", *roles])
    yield f"REVOKE ALL ON SCHEMA {SCHEMA} FROM {everybody}"
    for kind in ("TABLES", "SEQUENCES", "ROUTINES"):
        yield f"REVOKE ALL ON ALL {kind} IN SCHEMA {SCHEMA} FROM {everybody}"
        yield (f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} REVOKE ALL ON {kind} FROM {everybody}")


def _present_roles(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [[*BROWSER_ROLES]])
        return [row[0] for row in cursor.fetchall()]


def _is_dedicated(connection: BaseDatabaseWrapper) -> bool:
    """Whether the login serves this service alone: the platform's own roles keep their defaults."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT rolsuper AND NOT EXISTS ("
            " SELECT FROM pg_class WHERE relowner = r.oid AND relnamespace = 'public'::regnamespace"
            ") FROM pg_roles r WHERE rolname = current_user"
        )
        return bool(cursor.fetchone()[0])


def _give_role_the_path(connection: BaseDatabaseWrapper) -> None:
    """Makes the search path the role's default in this database; new connections have it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_user), quote_ident(current_database())")
        role, database = cursor.fetchone()
        cursor.execute(
            f"ALTER ROLE {role} IN DATABASE {database} "
            f"SET search_path = {settings.DATABASE_SEARCH_PATH}"
        )
    connection.close()
