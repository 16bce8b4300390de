"""Django's PostgreSQL backend on connections that keep to the limits of the run in hand."""

import select
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg import generators, waiting
from psycopg.abc import PQGen
from psycopg.errors import CancellationTimeout, QueryCanceled, _WaitTimeout, error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

from stemcore.database.lanes import Lane
from stemcore.database.postgres.statements import Statements
from stemcore.database.runs import Run, running

T = TypeVar("T")

LOOK_EVERY_S = 0.1
"""How often a thread that waits for an answer looks whether it is still wanted."""

CANCEL_S = 0.5
"""How long the server has to take a cancellation, and then to answer."""

AFTERMATH_S = 2.0
"""How much later than here a limit ends a statement in the database, where nobody is left here."""

LOST_CLIENTS = {"client_connection_check_interval": 1_000}
"""How often in ms the server looks whether a statement's client is still there: what was hung up
on ends then, though no cancellation arrived."""

ROLE_LIMITS = {
    "statement_timeout": 15_000,
    "idle_in_transaction_session_timeout": 15_000,
    "lock_timeout": 5_000,
    **LOST_CLIENTS,
}
"""The limits in ms that the role itself carries, for what a transaction pooler lets nobody set."""

# A server that is gone without a word is found out within 10 s, however long nothing was sent.
NETWORK: dict[str, int] = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 8000,
}


NEVER = -1.0


class Connection(psycopg.Connection[Any]):
    """A connection whose statements end with the run in hand.

    The thread that waits for the answer sees to it itself: when the run is over, it cancels the
    statement in the database and, when that does not answer either, hangs up.
    """

    opened_at = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepared = Statements()

    def wait(
        self, gen: PQGen[T], interval: float = LOOK_EVERY_S, timeout: float | None = None
    ) -> T:
        run = running.get()
        if run is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        left = run.left()
        if not left:
            run.over = True
            raise psycopg.OperationalError("The run was over before the statement.")
        try:
            return super().wait(gen, timeout=min(left, LOOK_EVERY_S))
        except _WaitTimeout:
            return self._wait_on(gen, run)
        except psycopg.OperationalError:
            run.broken = self.closed
            raise

    def _wait_on(self, gen: PQGen[T], run: Run) -> T:
        while left := run.left():
            try:
                return super().wait(_resumed(gen), timeout=min(left, LOOK_EVERY_S))
            except _WaitTimeout:
                continue
            except psycopg.OperationalError:
                run.broken = self.closed
                raise
        run.over = True
        return self._cancel(gen, run)

    def _cancel(self, gen: PQGen[T], run: Run) -> T:
        """The statement's last word; it may have come to its end meanwhile."""
        try:
            self.cancel_safe(timeout=CANCEL_S)
            answer = super().wait(_resumed(gen), timeout=CANCEL_S)
        except (_WaitTimeout, CancellationTimeout):
            self._hang_up(run)
        except QueryCanceled:
            raise
        except psycopg.OperationalError:
            self._hang_up(run)
        else:
            self.opened_at = NEVER  # the cancellation may yet hit what comes next on it
            return answer
        raise psycopg.OperationalError("The database does not answer on this connection.")

    def _hang_up(self, run: Run) -> None:
        run.broken = True
        silence.heard_of()
        self.pgconn.finish()

    def begin(self, limits: Mapping[str, int]) -> None:
        """Begins a transaction with these settings, in the round trip that beginning costs.

        A transaction pooler takes no settings with the connection, and none may outlast the
        transaction there.
        """
        settings = "".join(f"; SET LOCAL {name} = {value}" for name, value in limits.items())
        with self.lock:
            self.wait(self._begin(f"BEGIN{settings}"))

    def _begin(self, statements: str) -> PQGen[None]:
        self.pgconn.send_query(statements.encode())
        for result in (yield from generators.execute(self.pgconn)):
            if result.status != ExecStatus.COMMAND_OK:
                raise error_from_result(result)

    def commit(self) -> None:
        self._last_words(super().commit)

    def rollback(self) -> None:
        self._last_words(super().rollback, even_if_over=True)

    def _last_words(self, say: Callable[[], None], *, even_if_over: bool = False) -> None:
        # A commit is seen through once it is sent, so this is the last look at who wants it.
        run = running.get()
        if run is not None and (even_if_over or run.left()):
            run.wind_up()
        say()


def _resumed(gen: PQGen[T]) -> PQGen[T]:
    """A generator that was left while it waited, to be waited for again."""
    ready: waiting.Ready | int = waiting.Ready.NONE
    while True:
        try:
            state = gen.send(ready)
        except StopIteration as end:
            answer: T = end.value
            return answer
        ready = yield state


class Moments(BaseTzLoader):
    """Reads a moment that Python has no date for as the first or last that every zone can show.

    People may write `infinity` into rows of their own, and no row may keep a page from its readers.
    """

    timezone = UTC
    first = datetime(1, 1, 2, tzinfo=UTC)
    last = datetime(9999, 12, 30, tzinfo=UTC)

    def load(self, data: Any) -> datetime:
        try:
            moment: datetime = super().load(data)
        except psycopg.DataError:
            text = bytes(data)
            return self.first if text.startswith(b"-") or text.endswith(b"BC") else self.last
        return moment


class Silence:
    """When a connection was last found silent or stale: older ones are not to be trusted."""

    def __init__(self) -> None:
        self.at = 0.0

    def heard_of(self) -> None:
        self.at = monotonic()


silence = Silence()


class DatabaseWrapper(base.DatabaseWrapper):
    """Makes connections with limits, in the network and in the database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(_note_answer)

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = {**NETWORK, **super().get_connection_params()}
        run = running.get()
        if settings.DATABASE_POOL_MODE == "session":
            limits = _limits(run.lane) if run else dict.fromkeys(ROLE_LIMITS, 0)
            limits |= LOST_CLIENTS
            options = " ".join(f"-c {name}={ms}" for name, ms in limits.items())
            params["options"] = f"{params.get('options', '')} {options}"
            params["prepare_threshold"] = sys.maxsize  # what asks for it, and nothing else
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        made = Connection.connect(**conn_params)
        made.adapters.register_loader("timestamptz", Moments)
        made.opened_at = monotonic()
        return made

    def close_if_unusable_or_obsolete(self) -> None:
        """Closes a connection that has ended or is not to be trusted; the next work opens another.

        A look at the socket takes microseconds, where Django asks with a round trip: an idle
        connection has nothing to read unless its server took its leave.
        """
        if self.connection is not None and not self._is_whole():
            self.close()
        self.errors_occurred = False

    def _is_whole(self) -> bool:
        raw: Connection = self.connection
        return (
            self.autocommit
            and raw.pgconn.transaction_status == TransactionStatus.IDLE  # not when closed, too
            and raw.opened_at >= silence.at
            and not _has_news(raw.fileno())
        )

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # not in its stubs
        run = running.get()
        if run is not None and not autocommit and settings.DATABASE_POOL_MODE == "transaction":
            try:
                with self.wrap_database_errors:
                    self.connection.begin(_limits(run.lane))
            except DatabaseFailure:
                self.close()  # or it would be taken to commit each statement by itself
                raise


def _has_news(socket: int) -> bool:
    look = select.poll()
    look.register(socket, select.POLLIN)
    return bool(look.poll(0))


def _limits(lane: Lane) -> dict[str, int]:
    """The server's settings in ms."""
    most = round((lane.limit_s + AFTERMATH_S) * 1000)
    return {
        "statement_timeout": most,
        "idle_in_transaction_session_timeout": most,
        "lock_timeout": round(lane.lock_wait_s * 1000),
    }


def _note_answer(execute: Callable[..., Any], *statement: Any) -> Any:
    answer = execute(*statement)
    run = running.get()
    if run is not None:
        run.answered = True
    return answer
