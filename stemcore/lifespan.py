"""What happens at the start and the end of a server process."""

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stemcore.guests.sweeper import start_sweeping
from stemcore.providers import prepare
from stemcore.runtime import runtime

RESOLVER_THREADS = 4
GARBAGE_THRESHOLD = 50_000
"""Objects made and not yet freed, above which the youngest are looked through; Python has 700."""


async def start() -> None:
    """Prepares the event loop: name look-ups are all that its default threads do here."""
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="resolver")
    )
    prepare()
    _collect_garbage_rarely()
    start_sweeping()


def _collect_garbage_rarely() -> None:
    """Keeps garbage collection off the requests that wait.

    With 1000 of them in flight, Python's defaults walk through all of their objects again and
    again: half a second in a burst of two, against a tenth here (`benchmarks.in_flight`). What
    the start has made lives as long as the process and is never walked through again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


async def stop() -> None:
    """Writes what is still in memory and closes the clients of the running event loop."""
    await runtime().close()


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
