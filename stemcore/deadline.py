"""One deadline for a whole request, on the monotonic clock."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

from stemcore.context import answer_due, arrived_at

T = TypeVar("T")

MIN_MARGIN_S = 0.25
MARGIN_SHARE = 0.02


@dataclass(frozen=True)
class Deadline:
    """A point in time, `at` seconds on the monotonic clock, by which an answer must be ready."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(monotonic() + seconds)

    @classmethod
    def for_request(cls, timeout_ms: int | None, default_ms: int) -> "Deadline":
        """The deadline of the request in hand.

        A caller that sends `timeout_ms` aborts at exactly that time, whatever the request waited
        for before its work, so the answer is due a margin earlier: the larger of 250 ms and 2 %,
        and at most half of the time. Without a positive `timeout_ms` the default counts, in full
        and from now.
        """
        if not timeout_ms or timeout_ms <= 0:
            return cls.after(default_ms / 1000)
        seconds = timeout_ms / 1000
        margin = min(max(MIN_MARGIN_S, seconds * MARGIN_SHARE), seconds / 2)
        arrived = arrived_at.get()
        return cls((monotonic() if arrived is None else arrived) + seconds - margin)

    @staticmethod
    def bind(timeout_ms: int | None) -> None:
        """Lets the database work of the request in hand end with its caller's `timeout_ms`."""
        if timeout_ms and timeout_ms > 0:
            answer_due.set(Deadline.for_request(timeout_ms, timeout_ms).at)

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at - monotonic())

    @property
    def expired(self) -> bool:
        return self.remaining() == 0.0

    async def poll(
        self, look: Callable[[], Awaitable[T | None]], first_s: float, longest_s: float
    ) -> T | None:
        """What a look gives as soon as it gives something, None when nothing came in time.

        The pause before each look doubles, from `first_s` to `longest_s`.
        """
        pause = first_s
        while not self.expired:
            await asyncio.sleep(min(pause, self.remaining()))
            if found := await look():
                return found
            pause = min(2 * pause, longest_s)
        return None

    def at_most(self, seconds: float) -> "Deadline":
        """This deadline, or the one `seconds` from now when that is earlier."""
        return Deadline(min(self.at, monotonic() + seconds))
