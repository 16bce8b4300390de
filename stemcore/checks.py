"""System checks that ask the database.

The first two run with `manage.py check --database default`, the last with `check --deploy`.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.db import connection
from django.db.utils import OperationalError

from stemcore.schema import SCHEMA, current_schema, open_to_browsers
from stemcore.supabase.drift import find_drift

Apps = Sequence[AppConfig] | None


@register(Tags.database)
def check_drift(
    app_configs: Apps, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """The platform's tables are what the unmanaged models say."""
    if not databases:
        return []
    return [
        Error(str(drift), id="stemcore.E001")
        if drift.is_error
        else Info(str(drift), id="stemcore.I001")
        for drift in find_drift()
    ]


@register(Tags.database)
def check_search_path(
    app_configs: Apps, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """What is made without a schema's name is made in the service's own."""
    found = current_schema(connection) if databases else SCHEMA
    if found == SCHEMA:
        return []
    return [
        Error(
            f'The search path leads to schema "{found}" instead of "{SCHEMA}".',
            hint="Run `manage.py migrate`; a transaction pooler needs a login role of its own.",
            id="stemcore.E002",
        )
    ]


@register(Tags.security, deploy=True)
def check_schema_closed(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    """Browsers reach nothing of ours."""
    try:
        found = open_to_browsers(connection)
    except OperationalError:
        return [
            Error("The database does not answer, so its rights are unknown.", id="stemcore.E003")
        ]
    return [
        Error(
            f"{role} may use {name}.",
            hint="Run `manage.py migrate`, which takes these rights back.",
            id="stemcore.E004",
        )
        for role, name in found
    ]
