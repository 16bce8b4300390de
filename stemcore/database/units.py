"""Units: plain sync functions that async code awaits and that run on the threads of a lane.

However many requests are in flight, a connection is held only while a unit runs. Nothing that
waits for a provider runs inside a unit.
"""

import asyncio
import select
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from functools import partial, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, overload

from django.db import close_old_connections, connection, transaction

from stemcore.database.lanes import SHORT, Lane

P = ParamSpec("P")
R = TypeVar("R")


class Unit(Generic[P, R]):
    """A unit of database work.

    Awaiting a call runs the function in its lane. `sync` is the function itself, for use
    inside another unit, in a command or in the admin.
    """

    def __init__(self, work: Callable[P, R], *, lane: Lane, atomic: bool) -> None:
        update_wrapper(self, work)
        self.lane = lane
        self.sync: Callable[P, R] = transaction.atomic(work) if atomic else work

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R]:
        return self._run(args, kwargs)

    async def _run(self, args: Any, kwargs: Any) -> R:
        context = copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.lane.executor, context.run, self._work, args, kwargs)

    def _work(self, args: Any, kwargs: Any) -> R:
        # Drops a connection that broke or outlived its age before and after the work, as Django
        # does around a request.
        close_old_connections()
        _drop_if_hung_up()
        try:
            return self.sync(*args, **kwargs)
        finally:
            close_old_connections()


def _drop_if_hung_up() -> None:
    """Closes this thread's connection when the server has ended it; the work opens a new one.

    An idle connection has nothing to read unless the server took its leave, and a look at the
    socket takes microseconds, where Django's own health check takes a round trip a unit.
    """
    raw = connection.connection
    if raw is None:
        return
    if raw.closed or _has_news(raw.fileno()):
        connection.close()
    connection.health_check_done = True  # type: ignore[attr-defined]  # not in its stubs


def _has_news(socket: int) -> bool:
    look = select.poll()
    look.register(socket, select.POLLIN)
    return bool(look.poll(0))


@overload
def read(work: Callable[P, R]) -> Unit[P, R]: ...
@overload
def read(*, lane: Lane) -> Callable[[Callable[P, R]], Unit[P, R]]: ...
def read(work: Any = None, *, lane: Lane = SHORT) -> Any:
    """Makes a sync function that only reads into a unit of work: `@read` or `@read(lane=LONG)`."""
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
