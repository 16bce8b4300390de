"""What is ours lives in its own schema, closed to browsers."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection, connections
from psycopg import errors

from stemcore.embedded.server import ServerHandle
from stemcore.schema import NoPlatform, WrongSchema
from tests.database import Superuser, new_database, point_django_at
from tests.pooler import needs_direct

pytestmark = needs_direct


@contextmanager
def platform(server: ServerHandle, name: str) -> Iterator[Superuser]:
    """A database that this service has not been near yet."""
    with new_database(server, name) as superuser:
        yield superuser
    with psycopg.connect(server.url(), autocommit=True) as last:
        last.execute(f'DROP DATABASE "{name}"'.encode())


@contextmanager
def led_to(server: ServerHandle, superuser: Superuser) -> Iterator[None]:
    """Django leads to this database."""
    here = connections.settings["default"]["NAME"]
    point_django_at(server, superuser.info.dbname)
    yield
    point_django_at(server, here)


@pytest.fixture
def hosted(
    database_server: ServerHandle, database: Superuser, worker_id: str
) -> Iterator[Superuser]:
    """A platform database that this service has not been near yet; Django leads to it."""
    with (
        platform(database_server, f"hosted_{worker_id}") as superuser,
        led_to(database_server, superuser),
    ):
        yield superuser


@pytest.fixture(scope="module")
def shared(database_server: ServerHandle, worker_id: str) -> Iterator[Superuser]:
    with platform(database_server, f"shared_{worker_id}") as superuser:
        yield superuser


@pytest.fixture
def closed(
    database_server: ServerHandle, database: Superuser, shared: Superuser
) -> Iterator[Superuser]:
    """A database after a good deployment; its tests take back what they open."""
    with led_to(database_server, shared):
        if not tables_in(shared, "stem"):
            call_command("migrate", verbosity=0)
        assert rights_faults() == []
        yield shared


def tables_in(superuser: Superuser, schema: str) -> set[str]:
    found = superuser.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
    return {row["tablename"] for row in found}


def deploy_faults() -> list[str]:
    return [m.msg for m in run_checks(include_deployment_checks=True) if m.id == "stemcore.E004"]


def test_migrate_puts_everything_of_ours_into_stem(hosted: Superuser) -> None:
    others = ("public", "auth", "storage", "extensions")
    before = {schema: tables_in(hosted, schema) for schema in others}
    call_command("migrate", verbosity=0)
    assert {"django_migrations", "auth_user", "django_session"} <= tables_in(hosted, "stem")
    assert {schema: tables_in(hosted, schema) for schema in others} == before


def test_migrate_makes_nothing_where_no_platform_is(hosted: Superuser) -> None:
    hosted.execute("ALTER TABLE classes RENAME TO courses")
    with pytest.raises(NoPlatform, match=r"no table public\.classes"):
        call_command("migrate", verbosity=0)
    assert tables_in(hosted, "stem") == set()


def test_migrate_again_changes_nothing(hosted: Superuser) -> None:
    call_command("migrate", verbosity=0)
    before = tables_in(hosted, "stem")
    call_command("migrate", verbosity=0)
    assert tables_in(hosted, "stem") == before


def test_migrate_gives_a_dedicated_role_its_settings(hosted: Superuser) -> None:
    call_command("migrate", verbosity=0)
    (row,) = hosted.execute(
        "SELECT setconfig FROM pg_db_role_setting WHERE setrole = 'stem_backend'::regrole"
        " AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    assert row["setconfig"] == [
        "search_path=stem, public, extensions",
        "statement_timeout=15000",
        "idle_in_transaction_session_timeout=15000",
        "lock_timeout=5000",
        "client_connection_check_interval=1000",
    ]


@pytest.fixture
def owner(hosted: Superuser) -> Iterator[str]:
    """A login that owns a table of the platform, as `postgres` does on hosted projects."""
    name = "owner_of_platform"
    hosted.execute(
        f"CREATE ROLE {name} LOGIN; CREATE TABLE something ();"
        f"ALTER TABLE something OWNER TO {name};"
        f"GRANT ALL ON SCHEMA public TO {name}; GRANT USAGE ON SCHEMA extensions TO {name};"
        f'GRANT CREATE ON DATABASE "{hosted.info.dbname}" TO {name}'.encode()
    )
    connections.settings["default"]["USER"] = name
    connection.close()
    yield name
    connection.close()
    hosted.execute(f"DROP OWNED BY {name} CASCADE; DROP ROLE {name}".encode())


@pytest.fixture
def no_startup_options(hosted: Superuser) -> Iterator[None]:
    """A connection as it is behind a transaction pooler."""
    options = connections.settings["default"]["OPTIONS"]
    startup = options.pop("options")
    connection.close()
    yield
    options["options"] = startup
    connection.close()


def test_migrate_leaves_the_defaults_of_the_platforms_owner_alone(
    hosted: Superuser, owner: str
) -> None:
    call_command("migrate", verbosity=0)
    assert "auth_user" in tables_in(hosted, "stem")
    found = hosted.execute("SELECT FROM pg_db_role_setting WHERE setrole = %s::regrole", [owner])
    assert found.fetchall() == []


@pytest.mark.usefixtures("owner", "no_startup_options")
def test_migrate_refuses_where_tables_would_land_elsewhere(hosted: Superuser) -> None:
    before = tables_in(hosted, "public")
    with pytest.raises(WrongSchema, match='schema "public"'):
        call_command("migrate", verbosity=0)
    assert tables_in(hosted, "public") == before
    assert tables_in(hosted, "stem") == set()


@pytest.mark.usefixtures("owner", "no_startup_options")
def test_the_check_says_where_the_search_path_leads(hosted: Superuser) -> None:
    found = [m.msg for m in run_checks(databases=["default"]) if m.id == "stemcore.E002"]
    assert found == ['The search path leads to schema "public" instead of "stem".']


@pytest.mark.usefixtures("no_startup_options")
def test_a_dedicated_role_migrates_without_startup_options(hosted: Superuser) -> None:
    call_command("migrate", verbosity=0)
    assert "auth_user" in tables_in(hosted, "stem")


def test_browsers_reach_nothing_even_with_generous_defaults(hosted: Superuser) -> None:
    hosted.execute(
        "ALTER DEFAULT PRIVILEGES FOR ROLE stem_backend GRANT ALL ON TABLES TO anon, authenticated"
    )
    call_command("migrate", verbosity=0)
    assert deploy_faults() == []
    hosted.execute("SET ROLE anon")
    with pytest.raises(errors.InsufficientPrivilege):
        hosted.execute("SELECT count(*) FROM stem.auth_user")
    hosted.execute("RESET ROLE")


@pytest.mark.parametrize(
    ("grant", "faults"),
    [
        ("USAGE ON SCHEMA stem {to} anon", ["anon may use schema stem."]),
        (
            "SELECT ON stem.auth_user {to} authenticated",
            ["authenticated may use stem.auth_user."],
        ),
        (
            "UPDATE (email) ON stem.auth_user {to} PUBLIC",
            ["anon may use stem.auth_user.", "authenticated may use stem.auth_user."],
        ),
    ],
)
def test_the_deploy_check_names_what_browsers_may_use(
    closed: Superuser, grant: str, faults: list[str]
) -> None:
    closed.execute(f"GRANT {grant.format(to='TO')}".encode())
    assert deploy_faults() == faults
    closed.execute(f"REVOKE {grant.format(to='FROM')}".encode())


def rights_faults() -> list[str]:
    found = run_checks(include_deployment_checks=True)
    ids = {f"stemcore.E00{number}" for number in range(3, 10)}
    return [f"{m.id}: {m.msg}" for m in found if m.id in ids]


ROUTINE = "CREATE FUNCTION stem.peek() RETURNS int LANGUAGE sql AS 'SELECT 1'"


@pytest.mark.parametrize(
    ("statements", "faults"),
    [
        (ROUTINE, ["stemcore.E005: PUBLIC may call stem.peek()."]),
        (
            "ALTER DEFAULT PRIVILEGES FOR ROLE stem_backend IN SCHEMA stem"
            " GRANT SELECT ON TABLES TO PUBLIC",
            ["stemcore.E006: PUBLIC may use future tables of stem_backend in schema stem."],
        ),
        (
            "ALTER DEFAULT PRIVILEGES FOR ROLE stem_backend GRANT EXECUTE ON ROUTINES TO anon",
            ["stemcore.E006: anon may use future routines of stem_backend in schema stem."],
        ),
    ],
)
def test_the_deploy_check_names_open_routines_and_future_objects(
    closed: Superuser, statements: str, faults: list[str]
) -> None:
    closed.execute(statements.encode())
    assert rights_faults() == faults
    if "FUNCTION" in statements:  # a superuser's, so migrate cannot take its right back
        closed.execute("ALTER FUNCTION stem.peek() OWNER TO stem_backend")
    call_command("migrate", verbosity=0)
    assert rights_faults() == []
    closed.execute("DROP FUNCTION IF EXISTS stem.peek()")


def test_what_the_service_makes_later_is_closed_to_public(closed: Superuser) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ROUTINE)
    assert rights_faults() == []
    closed.execute("DROP FUNCTION stem.peek()")


@pytest.fixture
def login(closed: Superuser) -> Iterator[str]:
    """A login with no right at all, which the checks use after a good deployment."""
    name = "some_login"
    closed.execute(f"CREATE ROLE {name} LOGIN; GRANT USAGE ON SCHEMA stem TO {name}".encode())
    connections.settings["default"]["USER"] = name
    connection.close()
    yield name
    connection.close()
    closed.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())


@pytest.mark.parametrize(
    ("rights", "faults"),
    [
        ("ALTER ROLE some_login SUPERUSER", ["stemcore.E007"]),
        (
            "ALTER ROLE some_login BYPASSRLS",
            ["stemcore.E008", "stemcore.E008"],
        ),
        ("GRANT service_role, authenticated TO some_login", ["stemcore.E009"]),
    ],
)
def test_the_deploy_check_names_what_the_login_can_too_much_or_too_little(
    closed: Superuser, login: str, rights: str, faults: list[str]
) -> None:
    closed.execute(rights.encode())
    found = [fault.partition(":")[0] for fault in rights_faults()]
    # What such a login would make is another matter.
    assert [code for code in found if code != "stemcore.E006"] == faults


@pytest.mark.usefixtures("database")
def test_no_migration_is_missing_and_none_speaks_of_the_platform() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.usefixtures("database")
def test_no_table_of_ours_hides_one_of_the_platform(database: Superuser) -> None:
    assert not tables_in(database, "stem") & tables_in(database, "public")


@pytest.mark.usefixtures("database")
def test_staff_get_permissions_for_the_platforms_models(database: Superuser) -> None:
    found = database.execute("SELECT codename FROM stem.auth_permission")
    codenames = {row["codename"] for row in found}
    assert {"view_classroom", "view_chatsession", "view_guestsandbox"} <= codenames
