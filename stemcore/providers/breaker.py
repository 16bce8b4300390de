"""A circuit breaker: a provider that keeps failing is left out for a short while.

It lives in each process on its own: another process finds out for itself, after a few failures.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import monotonic

THRESHOLD = 5
"""Failures in a row after which a provider is left out."""

COOL_OFF_S = 20.0
"""Seconds for which it is left out; the next failure after them opens the circuit again."""


@dataclass
class _Circuit:
    failures: int = 0
    open_until: float = 0.0


class Breaker:
    """Circuits by key; `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._circuits: dict[Hashable, _Circuit] = {}

    def lets_through(self, key: Hashable) -> bool:
        circuit = self._circuits.get(key)
        return circuit is None or self._clock() >= circuit.open_until

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
