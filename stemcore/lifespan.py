"""What happens at the start and the end of a server process."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stemcore.guests.sweeper import start_sweeping, stop_sweeping
from stemcore.http import close_clients
from stemcore.providers import close_providers, prepare

RESOLVER_THREADS = 4


async def start() -> None:
    """Prepares the event loop: name look-ups are all that its default threads do here."""
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="resolver")
    )
    prepare()
    start_sweeping()


async def stop() -> None:
    """Writes what is still in memory and closes the clients of the running event loop."""
    stop_sweeping()
    await close_providers()
    await close_clients()


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
