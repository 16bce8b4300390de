"""Long answers are read beside the event loop, which serves others meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

LOOP_CHARS = 50_000
"""What is longer takes more time to read than others should wait: some ten milliseconds."""

# Threads of their own: those of the default executor resolve names, which all requests wait for.
_readers = ThreadPoolExecutor(2, thread_name_prefix="reader")


async def read_aside(read: Callable[[str], T], text: str) -> T:
    """What `read` makes of a text, made in a thread when the text is long."""
    if len(text) <= LOOP_CHARS:
        return read(text)
    return await asyncio.get_running_loop().run_in_executor(_readers, read, text)
