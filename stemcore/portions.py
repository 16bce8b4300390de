"""Long work on the event loop, done in portions with others served in between."""

import asyncio
from collections.abc import Callable, Iterable
from time import monotonic
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE_S = 0.01
"""How long a portion may hold the event loop."""


async def each(make: Callable[[T], R], values: Iterable[T]) -> list[R]:
    """What `make` makes of each value, with the event loop free now and then."""
    made: list[R] = []
    free_at = monotonic() + AT_ONCE_S
    for value in values:
        made.append(make(value))
        if monotonic() > free_at:
            await asyncio.sleep(0)
            free_at = monotonic() + AT_ONCE_S
    return made
