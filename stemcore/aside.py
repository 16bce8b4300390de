"""Computing beside the event loop, which serves others meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

# Threads of their own: those of the default executor resolve names, which all requests wait for,
# and which a network that is down keeps for many seconds.
_threads = ThreadPoolExecutor(4, thread_name_prefix="aside")


async def aside(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What the work gives, made in a thread, which knows the request in hand."""
    made = partial(copy_context().run, work, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_threads, made)
