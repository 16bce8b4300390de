"""Prepared statements: those of the hot path, which cost more to plan than to run.

A plan is kept by a connection, so none is prepared behind a transaction pooler, where no connection
is ours.
"""

from typing import Any, Self

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor
from psycopg.errors import (
    DuplicatePreparedStatement,
    FeatureNotSupported,
    InvalidSqlStatementName,
)
from psycopg.pq import TransactionStatus

from stemcore.database.postgres.base import silence
from stemcore.database.runs import running

# A column that a statement gives has another type by now; a pooler has changed the connection.
_STALE = (FeatureNotSupported, InvalidSqlStatementName, DuplicatePreparedStatement)


def prepared_cursor() -> CursorWrapper:
    """A cursor whose statements Postgres parses and plans once a connection.

    For few and static statements: each text is kept, and again for each set of its parameters'
    types. Postgres must be able to tell a parameter's type from where it stands.
    """
    if settings.DATABASE_POOL_MODE == "transaction":
        return connection.cursor()
    connection.ensure_connection()
    cursor: Any = _PreparedCursor(connection.connection)
    return connection.make_cursor(cursor)


class _PreparedCursor(Cursor[Any]):
    """Prepares what it executes."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> Self:
        try:
            return super().execute(query, params, prepare=True)
        except _STALE:
            silence.heard_of()  # the other connections' are, too: none of them is used again
            if self.connection.info.transaction_status == TransactionStatus.IDLE:
                return super().execute(query, params, prepare=False)
            # The transaction is lost; a unit that has done nothing before is run again.
            if run := running.get():
                run.broken = True
            raise
