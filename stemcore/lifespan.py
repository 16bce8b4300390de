"""What happens at the start and the end of a server process."""

import asyncio
import gc
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from structlog import get_logger

from stemcore import observing
from stemcore.database.runs import end_runs
from stemcore.periodic import start_jobs
from stemcore.providers import prepare
from stemcore.runtime import runtime

log = get_logger(__name__)

RESOLVER_THREADS = 4
LEAVING_S = 2.0
"""How long requests that are cut off at the end may take to give back what they held."""
CLOSING_S = 4.0
"""How long writing what is in memory and closing may take then."""
GARBAGE_THRESHOLD = 50_000
"""Objects made and not yet freed, above which the youngest are looked through; Python has 700."""

THREADS_TAKE_TURNS_S = 0.001
"""How long a thread that computes, as the admin's do, keeps the event loop waiting; else 5 ms."""


async def start() -> None:
    """Prepares the event loop: name look-ups are all that its default threads do here.

    A process of the console alone asks no provider, and leaves periodic work to those of the API.
    """
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="resolver")
    )
    observing.start()
    if settings.SERVES_API:
        prepare()
    sys.setswitchinterval(THREADS_TAKE_TURNS_S)
    _collect_garbage_rarely()
    if settings.SERVES_API:
        start_jobs()


def _collect_garbage_rarely() -> None:
    """Keeps garbage collection off the requests that wait.

    With 1000 of them in flight, Python's defaults walk through all of their objects again and
    again: half a second in a burst of two, against a tenth here (`benchmarks.in_flight`). What
    the start has made lives as long as the process and is never walked through again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


_requests: set["asyncio.Task[Any]"] = set()


@contextmanager
def in_work() -> Iterator[None]:
    """Counts the running task among the requests whose end `stop` awaits."""
    task = asyncio.current_task()
    assert task is not None
    _requests.add(task)
    try:
        yield
    finally:
        _requests.discard(task)


async def stop() -> None:
    """Writes what is still in memory and closes the clients of the running event loop.

    The server has cancelled the requests that outlasted its grace; they give back what they held
    first. Whatever hangs, this takes `LEAVING_S + CLOSING_S` and a second at most.
    """
    if _requests:
        await asyncio.wait(_requests, timeout=LEAVING_S)
    try:
        async with asyncio.timeout(CLOSING_S):
            await runtime().close()
    except TimeoutError:
        log.warning("closed_in_haste")
    end_runs()


async def handle_lifespan(receive: Any, send: Any) -> None:
    """The ASGI lifespan protocol."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
