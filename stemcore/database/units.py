"""Units: plain sync functions that async code awaits and that run on the threads of a lane.

However many requests are in flight, a connection is held only while a unit runs. Nothing that
waits for a provider runs inside a unit.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext, suppress
from contextvars import copy_context
from functools import partial, update_wrapper
from time import monotonic
from typing import Any, Generic, ParamSpec, TypeVar, overload

from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import connection, transaction
from psycopg.errors import LockNotAvailable

from stemcore import observing
from stemcore.context import answer_due
from stemcore.database.lanes import SHORT, Lane
from stemcore.database.postgres.base import CANCEL_S, LOOK_EVERY_S
from stemcore.database.runs import Run, UnitTimeout, running

P = ParamSpec("P")
R = TypeVar("R")

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 0.5
"""Between two attempts to get a lock that somebody else holds; no thread waits meanwhile."""

LEAVE_S = LOOK_EVERY_S + 2 * CANCEL_S
"""How long a unit takes to end when it is told to."""


class Unit(Generic[P, R]):
    """A unit of database work.

    Awaiting a call runs the function in its lane. The unit ends with its caller, with the
    deadline of the request and with the limits of the lane, in the database too; a transaction
    that has not begun to commit by then is rolled back. Raises UnitTimeout then. `sync` is the
    function itself, for use inside another unit, in a command or in the admin.
    """

    def __init__(self, work: Callable[P, R], *, lane: Lane, atomic: bool) -> None:
        update_wrapper(self, work)
        self.lane = lane
        self.name = f"{work.__module__}.{work.__qualname__}"
        self.sync: Callable[P, R] = transaction.atomic(work) if atomic else work

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R]:
        return self._call(partial(self.sync, *args, **kwargs))

    async def _call(self, work: Callable[[], R]) -> R:
        """The outcome of the first run that is neither kept off by a lock nor by its connection."""
        until = self._until()
        pause, rerun = FIRST_PAUSE_S, True
        while True:
            run = Run(self.lane, until)
            try:
                with observing.unit(self.name, run):
                    return await _outcome(run, work)
            except DatabaseFailure as error:
                if rerun and run.broken and not run.answered:
                    rerun = False  # nothing was done: the connection had died unseen
                elif isinstance(error.__cause__, LockNotAvailable):
                    await _pause(pause, until)
                    pause = min(2 * pause, LONGEST_PAUSE_S)
                else:
                    raise

    def _until(self) -> float:
        until = monotonic() + self.lane.patience_s
        due = answer_due.get() if self.lane.bound else None
        return until if due is None else min(until, due)


async def _pause(seconds: float, until: float) -> None:
    if monotonic() + seconds >= until:
        raise UnitTimeout("Somebody else holds the lock.")
    await asyncio.sleep(seconds)


async def _outcome(run: Run, work: Callable[[], R]) -> R:
    """What the work gives in a thread of the lane; when it hangs there, the caller need not."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[R] = loop.create_future()
    job = run.lane.executor.submit(copy_context().run, _work, run, work)
    job.add_done_callback(partial(_hand_over, loop, outcome))
    timer = loop.call_later(run.left() + LOOK_EVERY_S, _give_up, run, job, outcome)
    try:
        return await outcome
    except asyncio.CancelledError:
        await _leave(run, job)
        raise
    finally:
        timer.cancel()


def _hand_over(
    loop: asyncio.AbstractEventLoop, outcome: "asyncio.Future[R]", job: "Future[R]"
) -> None:
    with suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(_settle, outcome, job)


def _settle(outcome: "asyncio.Future[R]", job: "Future[R]") -> None:
    if outcome.done() or job.cancelled():
        return
    error = job.exception()
    if error is None:
        outcome.set_result(job.result())
    else:
        outcome.set_exception(error)


def _give_up(run: Run, job: "Future[R]", outcome: "asyncio.Future[R]") -> None:
    """Answers for a thread that is late: it connects, or the database is silent."""
    if outcome.done():
        return
    if run.winding_up and run.left():
        loop = asyncio.get_running_loop()
        loop.call_later(run.left() + LOOK_EVERY_S, _give_up, run, job, outcome)
        return
    run.unwanted = True
    job.cancel()
    outcome.set_exception(UnitTimeout("The database did not answer in time."))


async def _leave(run: Run, job: "Future[Any]") -> None:
    """Tells the run to end, and waits for that: afterwards nothing of it happens any more."""
    run.unwanted = True
    if job.cancel():
        return
    ending = asyncio.wrap_future(job)
    ending.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    await asyncio.wait([ending], timeout=LEAVE_S)


def _work(run: Run, work: Callable[[], R]) -> R:
    running.set(run)
    run.start()
    connection.close_if_unusable_or_obsolete()  # before and after, as Django around a request
    try:
        return work()
    except DatabaseFailure as error:
        if run.over:
            raise UnitTimeout("The unit was ended.") from error
        raise
    finally:
        connection.close_if_unusable_or_obsolete()


@overload
def read(work: Callable[P, R]) -> Unit[P, R]: ...
@overload
def read(*, lane: Lane) -> Callable[[Callable[P, R]], Unit[P, R]]: ...
def read(work: Any = None, *, lane: Lane = SHORT) -> Any:
    """Makes a sync function into a unit of work without a transaction: `@read`, `@read(lane=LONG)`.

    For what only reads, or writes by a single statement.
    """
    made = partial(Unit, lane=lane, atomic=False)
    return made if work is None else made(work)


@overload
def write(work: Callable[P, R]) -> Unit[P, R]: ...
@overload
def write(*, lane: Lane) -> Callable[[Callable[P, R]], Unit[P, R]]: ...
def write(work: Any = None, *, lane: Lane = SHORT) -> Any:
    """Makes a sync function into a unit of work that is one transaction; as `read` otherwise."""
    made = partial(Unit, lane=lane, atomic=True)
    return made if work is None else made(work)


def limited() -> AbstractContextManager[Any]:
    """Holds a single statement to the limits of its lane, in a unit without a transaction.

    The connection carries them; behind a transaction pooler, where none does, a transaction of the
    statement's own carries them. For a statement that may wait for a lock.
    """
    return transaction.atomic() if settings.DATABASE_POOL_MODE == "transaction" else nullcontext()
