"""The service's own schema: made by `manage.py migrate`, closed to browsers.

Everything of ours lives there, because `public` is exposed to browsers. Names of both schemas
are found through the search path, `stem` first.
"""

from collections.abc import Iterator

from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError, ProgrammingError
from django.db.backends.base.base import BaseDatabaseWrapper

from stemcore.database.postgres.base import ROLE_LIMITS

SCHEMA = "stem"
BROWSER_ROLES = ("anon", "authenticated")


# Rights of a role include those of PUBLIC.
_OPEN_TO_BROWSERS = """
WITH role AS (SELECT oid, rolname FROM pg_roles WHERE rolname = ANY(%(roles)s)),
schema AS (SELECT oid, nspname FROM pg_namespace WHERE nspname = %(schema)s)
SELECT rolname::text, 'schema ' || nspname FROM role, schema
WHERE has_schema_privilege(role.oid, schema.oid, 'USAGE, CREATE')
UNION ALL
SELECT rolname::text, nspname || '.' || relname
FROM role, schema JOIN pg_class c ON c.relnamespace = schema.oid
WHERE CASE c.relkind
  WHEN 'S' THEN has_sequence_privilege(role.oid, c.oid, 'USAGE, SELECT, UPDATE')
  WHEN 'i' THEN false
  ELSE has_any_column_privilege(role.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
    OR has_table_privilege(role.oid, c.oid, 'DELETE, TRUNCATE, TRIGGER')
END
ORDER BY 1, 2
"""

_OPEN_ROUTINES = """
SELECT DISTINCT coalesce(r.rolname, 'PUBLIC')::text,
  format('%%s.%%s(%%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE n.nspname = %(schema)s AND (a.grantee = 0 OR r.rolname = ANY(%(roles)s))
ORDER BY 1, 2
"""

# A schema's own defaults can only add to the maker's, never take away from them.
_OPEN_FUTURE = """
WITH schema AS (SELECT oid, nspowner FROM pg_namespace WHERE nspname = %(schema)s),
maker AS (
  SELECT oid FROM pg_roles WHERE rolname = current_user
  UNION SELECT nspowner FROM schema
  UNION SELECT d.defaclrole FROM pg_default_acl d JOIN schema ON d.defaclnamespace = schema.oid
),
kind (type, letter, name) AS (
  VALUES ('r', 'r', 'tables'), ('S', 's', 'sequences'), ('f', 'f', 'routines')
),
effective AS (
  SELECT k.name, m.oid AS maker, coalesce(
    (SELECT defaclacl FROM pg_default_acl
     WHERE defaclrole = m.oid AND defaclnamespace = 0 AND defaclobjtype = k.type::"char"),
    acldefault(k.letter::"char", m.oid)
  ) AS acl
  FROM maker m CROSS JOIN kind k
  UNION ALL
  SELECT k.name, d.defaclrole, d.defaclacl
  FROM pg_default_acl d
  JOIN schema ON d.defaclnamespace = schema.oid
  JOIN kind k ON k.type::"char" = d.defaclobjtype
)
SELECT DISTINCT coalesce(r.rolname, 'PUBLIC')::text,
  'future ' || e.name || ' of ' || pg_get_userbyid(e.maker)
FROM effective e CROSS JOIN aclexplode(e.acl) a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE EXISTS (SELECT FROM schema) AND (a.grantee = 0 OR r.rolname = ANY(%(roles)s))
ORDER BY 1, 2
"""


class WrongSchema(CommandError):
    """Tables would not land in the service's own schema."""


class NoPlatform(CommandError):
    """The database is not the platform's."""


def require_platform(connection: BaseDatabaseWrapper) -> None:
    """Raises NoPlatform where the platform's first table is not there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), to_regclass('public.classes') IS NOT NULL")
        name, is_there = cursor.fetchone()
    if not is_there:
        raise NoPlatform(
            f'Database "{name}" does not hold the platform: it has no table public.classes. '
            "Look at DATABASE_URL, or carry out the platform's migrations first."
        )


def prepare_schema(connection: BaseDatabaseWrapper) -> None:
    """Makes the schema, and sees to it that what is made next lands there.

    Raises:
        NoPlatform: there is nothing that it could serve.
        WrongSchema: the search path does not lead there, or the login may not make it.
    """
    require_platform(connection)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    except ProgrammingError as error:
        raise WrongSchema(
            f"The login may not make schema {SCHEMA}: give it the grants of docs/deploy.md."
        ) from error
    close_schema(connection)
    if _is_dedicated(connection):
        _give_role_its_settings(connection)
    require_schema(connection)


def require_schema(connection: BaseDatabaseWrapper) -> None:
    """Raises WrongSchema unless new tables land in the service's own schema."""
    found = current_schema(connection)
    if found != SCHEMA:
        raise WrongSchema(
            f'Tables would land in schema "{found}", which may be open to browsers. '
            "A transaction pooler takes the search path from the role: connect as a role that "
            "owns no tables of the platform and run migrate over a direct connection first, "
            "or set DATABASE_POOL_MODE=session."
        )


def current_schema(connection: BaseDatabaseWrapper) -> str | None:
    """The schema in which a table without a schema's name would be made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        found: str | None = cursor.fetchone()[0]
    return found


def close_schema(connection: BaseDatabaseWrapper) -> None:
    """Takes every right on the schema, and on what is and will be in it, from browsers."""
    # Only a role's defaults everywhere give PUBLIC its right on routines; the defaults of the
    # platform's own roles are not ours to change.
    revokes = _revokes(_present_roles(connection), everywhere=_is_dedicated(connection))
    with connection.cursor() as cursor:
        for statement in revokes:
            cursor.execute(statement)


def open_to_browsers(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """What browsers may use of the schema: pairs of role and name, the schema's name included."""
    return _open(connection, _OPEN_TO_BROWSERS)


def open_routines(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Routines of the schema that PUBLIC or a browser's role may call: pairs of role and name."""
    return _open(connection, _OPEN_ROUTINES)


def open_future_objects(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """What PUBLIC or a browser's role may use of what is made in the schema next: role and name."""
    return _open(connection, _OPEN_FUTURE)


def _open(connection: BaseDatabaseWrapper, query: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"schema": SCHEMA, "roles": [*BROWSER_ROLES]})
        return [(role, name) for role, name in cursor.fetchall()]


def unreachable(error: OperationalError) -> tuple[str, str]:
    """What is wrong, and what to do about it, for a person at a terminal."""
    # libpq's words name host, port, user and cause, never a password.
    words = str(error).strip().splitlines() or [type(error).__name__]
    if "unsupported startup parameter" in words[-1]:
        return (
            "The connection pooler takes no startup options.",
            "Set DATABASE_POOL_MODE=transaction, and run migrate over a direct connection first.",
        )
    return f"The database does not answer: {words[-1].strip()}.", "Look at DATABASE_URL."


def _revokes(roles: list[str], *, everywhere: bool) -> Iterator[str]:
    everybody = ", ".join(["PUBLIC", *roles])
    yield f"REVOKE ALL ON SCHEMA {SCHEMA} FROM {everybody}"
    for kind in ("TABLES", "SEQUENCES", "ROUTINES"):
        yield f"REVOKE ALL ON ALL {kind} IN SCHEMA {SCHEMA} FROM {everybody}"
        yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} REVOKE ALL ON {kind} FROM {everybody}"
        if everywhere:
            yield f"ALTER DEFAULT PRIVILEGES REVOKE ALL ON {kind} FROM {everybody}"


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


def _give_role_its_settings(connection: BaseDatabaseWrapper) -> None:
    """Makes search path and limits the role's defaults here; new connections have them.

    A transaction pooler takes no settings with a connection. Where a connection may bring its
    own, those count: commands have no limits then.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_user), quote_ident(current_database())")
        role, database = cursor.fetchone()
        for name, value in {"search_path": settings.DATABASE_SEARCH_PATH, **ROLE_LIMITS}.items():
            cursor.execute(f"ALTER ROLE {role} IN DATABASE {database} SET {name} = {value}")
    connection.close()
