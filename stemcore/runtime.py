"""What one event loop keeps: clients, adapters, keys, leases. Made once, closed in order."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from contextvars import Context
from typing import Any, Protocol, TypeVar, cast
from weakref import WeakKeyDictionary


class Part(Protocol):
    """Something that an event loop keeps; made without arguments, in that loop."""

    async def close(self) -> None: ...


P = TypeVar("P", bound=Part)
T = TypeVar("T")


class Runtime:
    """The parts of one event loop, one of each class, each made at its first use.

    A part that stands on others asks for them when it is made. So it comes after them, and ends
    before them: parts close in the reverse order of their making.
    """

    def __init__(self) -> None:
        self.parts: dict[type, Part] = {}

    def part(self, kind: type[P]) -> P:
        """The part of that class."""
        found = self.parts.get(kind)
        if found is None:
            found = kind()
            self.parts[kind] = found
        return cast(P, found)

    async def close(self) -> None:
        """Closes every part, the others too when one of them fails."""
        async with AsyncExitStack() as stack:
            for part in self.parts.values():
                stack.push_async_callback(part.close)
            self.parts = {}


_runtimes: WeakKeyDictionary[asyncio.AbstractEventLoop, Runtime] = WeakKeyDictionary()


def runtime() -> Runtime:
    """That of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _runtimes.get(loop)
    if found is None:
        found = _runtimes[loop] = Runtime()
    return found


def background(work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """A task outside the context of the request that happens to start it, and of its deadline."""
    return asyncio.create_task(work, name=name, context=Context())


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs async work of a command in an event loop of its own and leaves nothing open."""
    return asyncio.run(_whole(work))


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    finally:
        await runtime().close()
