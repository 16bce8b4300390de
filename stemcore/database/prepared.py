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
    DatatypeMismatch,
    FeatureNotSupported,
    InternalError_,
    InvalidSqlStatementName,
    UndefinedFunction,
)
from psycopg.pq import TransactionStatus
from structlog import get_logger

from stemcore.database.postgres.base import silence
from stemcore.database.runs import running

log = get_logger(__name__)

_STALE = (
    # A column has another type by now: one that is given, stored, or compared with a parameter.
    FeatureNotSupported,
    DatatypeMismatch,
    UndefinedFunction,
    InternalError_,  # the type itself was replaced
    # The statement is not there: a pooler has changed the connection.
    InvalidSqlStatementName,
)


class _Pooler:
    """A transaction pooler that no setting names, once it has shown itself.

    From then on nothing is prepared: each statement would stay in a connection of the pooler's,
    where nobody finds it again.
    """

    noticed = False

    def notice(self) -> None:
        if not self.noticed:
            self.noticed = True
            log.warning("statements_not_prepared", remedy="Set DATABASE_POOL_MODE=transaction.")


pooler = _Pooler()


def prepared_cursor() -> CursorWrapper:
    """A cursor whose statements Postgres parses and plans once a connection.

    For few and static statements: each text is kept, and again for each set of its parameters'
    types. Postgres must be able to tell a parameter's type from where it stands.

    It goes on planning for the values at hand as long as that seems cheaper than a plan for any, as
    with a list shorter than the ten entries that it takes an unknown one to have. As a subquery,
    `(select %(list)s)`, the list is unknown in both.
    """
    if settings.DATABASE_POOL_MODE == "transaction" or pooler.noticed:
        return connection.cursor()
    connection.ensure_connection()
    cursor: Any = _PreparedCursor(connection.connection)
    return connection.make_cursor(cursor)


class _PreparedCursor(Cursor[Any]):
    """Prepares what it executes."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> Self:
        try:
            return super().execute(query, params, prepare=True)
        except _STALE as error:
            if isinstance(error, InvalidSqlStatementName):
                pooler.notice()
            if self.connection.info.transaction_status == TransactionStatus.IDLE:
                done = super().execute(query, params, prepare=False)
                silence.heard_of()  # the other connections' are, too: none of them is used again
                return done
            silence.heard_of()
            # The transaction is lost; a unit that has done nothing before is run again.
            if run := running.get():
                run.broken = True
            raise
