"""Start and end of the gateway in an event loop."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from stemcore.http import close_clients
from stemcore.providers import call_log, registry

T = TypeVar("T")


async def close_providers() -> None:
    """Writes the call log and drops the adapters of the running event loop."""
    await call_log.close()
    registry.forget_adapters()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs async work of a command in an event loop of its own and leaves nothing open."""
    return asyncio.run(_whole(work))


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    finally:
        await close_providers()
        await close_clients()
