"""Counting the database queries of units of work, whichever thread runs them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

_recorded: ContextVar[list[str] | None] = ContextVar("recorded", default=None)


@contextmanager
def count_queries() -> Iterator[list[str]]:
    """The statements sent on behalf of the block; those that begin and end transactions are none.

    Units of work run in a copy of their caller's context, so the list goes with them.
    """
    statements: list[str] = []
    token = _recorded.set(statements)
    try:
        yield statements
    finally:
        _recorded.reset(token)


def _record(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
    statements = _recorded.get()
    if statements is not None:
        statements.append(sql)
    return execute(sql, *args)


@receiver(connection_created)
def _listen(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if _record not in connection.execute_wrappers:
        connection.execute_wrappers.append(_record)
