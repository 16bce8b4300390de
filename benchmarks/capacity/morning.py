"""A school morning in small: lessons that begin with a bell, against a real server process.

Learners come at random (Poisson), twice as many in the first part of a lesson as on its average.
A lesson is short here; its rates are those of the model.
"""

import asyncio
import random
import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

import aiohttp

from benchmarks.capacity.costs import Meter, read_meter
from benchmarks.capacity.learners import Answered, Crowd
from benchmarks.capacity.model import BELL, Cost, learners_for, rates
from benchmarks.service import Bench

LESSONS = 2
LESSON_S = 24.0
BELL_SHARE = 0.25
"""Part of a lesson in which so many more come; the rest is calmer, and the average is kept."""
CALM = (1 - BELL * BELL_SHARE) / (1 - BELL_SHARE)
STEP_S = 0.05


@dataclass
class Morning:
    """What was seen: all answers, what was used, and samples of what was in flight."""

    learners: float
    seconds: float = 0.0
    answered: list[Answered] = field(default_factory=list)
    in_flight: list[int] = field(default_factory=list)
    used: Meter = field(default_factory=lambda: Meter(0, 0, 0))
    memory_mb: float = 0.0
    connections: int = 0

    @property
    def counts(self) -> Counter[str]:
        return Counter(one.kind for one in self.answered)

    @property
    def failed(self) -> Counter[tuple[str, int]]:
        """How many requests of a kind had a status other than 200."""
        return Counter((one.kind, one.status) for one in self.answered if one.status != 200)

    def seconds_of(self, kind: str) -> list[float]:
        return sorted(one.seconds for one in self.answered if one.kind == kind)

    def predicted(self, costs: Mapping[str, Cost], what: str) -> float:
        """What the requests that were answered should have taken, by the model."""
        return sum(count * float(getattr(costs[kind], what)) for kind, count in self.counts.items())

    @property
    def mean_in_flight(self) -> float:
        return statistics.mean(self.in_flight)


async def morning(
    client: aiohttp.ClientSession,
    bench: Bench,
    crowd: Crowd,
    costs: Mapping[str, Cost],
    cores: float,
) -> Morning:
    """So many learners as keep that much of a core busy on the average, through their lessons."""
    seen = Morning(learners_for(cores, costs, share=1.0))
    before = await read_meter(client, bench)
    started = monotonic()
    asked: set[asyncio.Task[None]] = set()
    while (passed := monotonic() - started) < LESSONS * LESSON_S:
        for kind in _due(seen.learners, passed):
            asked.add(asyncio.create_task(_ask(crowd, kind, seen)))
        await asyncio.sleep(STEP_S)
        seen.in_flight.append(crowd.in_flight)
        seen.memory_mb = max(seen.memory_mb, bench.service.memory_mb)
        if len(seen.in_flight) % 20 == 0:
            seen.connections = max(seen.connections, bench.connections)
    await asyncio.gather(*asked)
    seen.seconds = monotonic() - started
    seen.used = (await read_meter(client, bench)).since(before)
    return seen


def _due(learners: float, passed: float) -> list[str]:
    """What is asked for in the next step."""
    bell = BELL if passed % LESSON_S < BELL_SHARE * LESSON_S else CALM
    return [
        kind
        for kind, rate in rates(learners, share=1.0, bell=bell).items()
        for _ in range(_poisson(rate * STEP_S))
    ]


def _poisson(mean: float) -> int:
    """Arrivals of a step, counted by their exponential distances."""
    number, reached = 0, random.expovariate(1.0)
    while reached < mean:
        number += 1
        reached += random.expovariate(1.0)
    return number


async def _ask(crowd: Crowd, kind: str, seen: Morning) -> None:
    seen.answered.append(await crowd.ask(kind))
