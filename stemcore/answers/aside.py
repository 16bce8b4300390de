"""Long answers are read beside the event loop, which serves others meanwhile."""

from collections.abc import Callable
from typing import TypeVar

from stemcore.aside import aside

T = TypeVar("T")

LOOP_CHARS = 50_000
"""What is longer takes more time to read than others should wait: some ten milliseconds."""


async def read_aside(read: Callable[[str], T], text: str) -> T:
    """What `read` makes of a text, made in a thread when the text is long."""
    if len(text) <= LOOP_CHARS:
        return read(text)
    return await aside(read, text)
