"""A circuit breaker: a provider that keeps failing is left out for a short while.

It lives in each process on its own: another process finds out for itself, after a few failures.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

THRESHOLD = 5
"""Failures in a row after which a provider is left out."""

COOL_OFF_S = 20.0
"""Seconds for which it is left out. Then one attempt goes through as a probe: while it is under
way nobody else's does, and its failure opens the circuit again."""


@dataclass
class _Circuit:
    failures: int = 0
    open_until: float = 0.0
    probed: bool = False


class Breaker:
    """Circuits by key; `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._circuits: dict[Hashable, _Circuit] = {}

    def lets_through(self, key: Hashable) -> bool:
        circuit = self._circuits.get(key)
        return circuit is None or (self._clock() >= circuit.open_until and not circuit.probed)

    @contextmanager
    def attempt(self, key: Hashable) -> Iterator[None]:
        """Around an attempt, which is the probe when the circuit has been open."""
        circuit = self._circuits.get(key)
        if circuit is None or circuit.failures < THRESHOLD or not self.lets_through(key):
            yield
            return
        circuit.probed = True
        try:
            yield
        finally:
            # Whatever came of it, and when nothing did, as with a caller that left: the next one.
            circuit.probed = False

    def succeeded(self, key: Hashable) -> None:
        self._circuits.pop(key, None)

    def failed(self, key: Hashable) -> None:
        circuit = self._circuits.setdefault(key, _Circuit())
        circuit.failures += 1
        if circuit.failures >= THRESHOLD:
            circuit.open_until = self._clock() + COOL_OFF_S

    def reset(self) -> None:
        """Closes every circuit."""
        self._circuits.clear()
