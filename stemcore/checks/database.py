"""System checks that ask the database.

Drift and search path are looked at with `manage.py check --database default`, the rights with
`check --deploy`. A database that does not answer is one finding.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.db import OperationalError, connection

from stemcore.schema import (
    SCHEMA,
    current_schema,
    open_future_objects,
    open_routines,
    open_to_browsers,
    unreachable,
)
from stemcore.supabase.drift import find_drift

Apps = Sequence[AppConfig] | None
Check = Callable[..., list[CheckMessage]]

PLATFORM_ROLES = ("service_role", "authenticated")
MIGRATE = "Run `manage.py migrate`, which takes these rights back."
_LOGIN = """
SELECT rolname::text, rolsuper, rolbypassrls OR rolsuper,
  ARRAY(SELECT wanted FROM unnest(%s::text[]) wanted WHERE to_regrole(wanted) IS NULL
    OR NOT pg_has_role(current_user, to_regrole(wanted), 'MEMBER'))
FROM pg_roles WHERE rolname = current_user
"""


def _answered(check: Callable[[], Iterable[CheckMessage]]) -> list[CheckMessage]:
    try:
        return list(check())
    except OperationalError as error:
        words, remedy = unreachable(error)
        return [Error(words, hint=remedy, id="stemcore.E003")]


@register(Tags.database)
def check_database(
    app_configs: Apps, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """The platform's tables are what the models say, and ours are made in our schema."""
    return _answered(lambda: chain(drift(), search_path())) if databases else []


@register(Tags.security, deploy=True)
def check_rights(
    app_configs: Apps, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Browsers reach nothing of ours, and the login can do what it must and no more."""
    found = _answered(lambda: chain(exposure(), login()))
    # Where the other check asked, too, it has said that nothing answers.
    silent = [message for message in found if message.id == "stemcore.E003"]
    return [] if databases and silent else found


def drift() -> Iterator[CheckMessage]:
    """Where the platform's tables are not what the models say."""
    for one in find_drift():
        kind, code = (Error, "stemcore.E001") if one.is_error else (Info, "stemcore.I001")
        yield kind(str(one), hint="`manage.py schema_drift` shows all as a table.", id=code)


def search_path() -> Iterator[CheckMessage]:
    """Whether names lead to our schema."""
    found = current_schema(connection)
    if found != SCHEMA:
        yield Error(
            f'The search path leads to schema "{found}" instead of "{SCHEMA}".',
            hint="Run `manage.py migrate`; a transaction pooler needs a login role of its own.",
            id="stemcore.E002",
        )


def exposure() -> Iterator[CheckMessage]:
    """What browsers may use of our schema."""
    for role, name in open_to_browsers(connection):
        yield Error(f"{role} may use {name}.", hint=MIGRATE, id="stemcore.E004")
    for role, name in open_routines(connection):
        yield Error(f"{role} may call {name}.", hint=MIGRATE, id="stemcore.E005")
    for role, name in open_future_objects(connection):
        yield Error(
            f"{role} may use {name} in schema {SCHEMA}.",
            hint=f"{MIGRATE[:-1]} where the service has a login of its own.",
            id="stemcore.E006",
        )


def login() -> Iterator[CheckMessage]:
    """What the login can do too much or too little."""
    with connection.cursor() as cursor:
        cursor.execute(_LOGIN, [[*PLATFORM_ROLES]])
        name, is_superuser, bypasses, missing = cursor.fetchone()
    if is_superuser:
        yield Error(
            f"The login {name} is a superuser: a fault in the service would reach everything.",
            hint="Give the service a login of its own, as docs/deploy.md says.",
            id="stemcore.E007",
        )
    for role in missing:
        yield Error(
            f"The login {name} is no member of {role}.",
            hint=f"As the platform's owner: GRANT {role} TO {name};",
            id="stemcore.E008",
        )
    if not bypasses:
        yield Error(
            f"The login {name} is held by row-level security and would find no rows.",
            hint=f"As the platform's owner: ALTER ROLE {name} BYPASSRLS;",
            id="stemcore.E009",
        )
