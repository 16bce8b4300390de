"""Tests of time on a machine that may stand still, in a process that has much to tidy up."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import pytest

BEAT_S = 0.02
TRIES = 10


class Pulse:
    """Beats in the running event loop beside all else, and remembers its longest pause."""

    def __init__(self) -> None:
        self._last, self._longest = monotonic(), 0.0
        self._beating = asyncio.create_task(self._beat())

    @property
    def longest_s(self) -> float:
        """How long the loop stood still at most."""
        return max(self._longest, monotonic() - self._last - BEAT_S)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            self._longest, self._last = self.longest_s, monotonic()

    def stop(self) -> None:
        self._beating.cancel()


async def undisturbed(work: Callable[[], Awaitable[None]], most_s: float) -> None:
    """Does the work, whose failure counts when this process stood still for no longer than that.

    Else it is done anew, so it must begin from what it may have left.
    """
    for left in reversed(range(TRIES)):
        pulse = Pulse()
        try:
            await work()
            return
        except (Exception, pytest.fail.Exception):
            if pulse.longest_s <= most_s or not left:
                raise
        finally:
            pulse.stop()


@contextmanager
def no_collection() -> Iterator[None]:
    """No garbage is collected in the block, which may be measured by its CPU time.

    Else whoever is at work when all is walked through pays for what the whole suite has made.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
