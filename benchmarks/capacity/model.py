"""What a place with so many learners needs, from what one request of each kind costs.

    load = rates(learners, share)              # requests a second of each kind, at the peak
    needs = needed(load, costs, memory)

Rates add up, and what waits at once is rate times time (Little's law). A process is one core; a
core is planned to be busy for `PLANNED`, because above that requests wait for each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

PLANNED = 0.6
CONNECTIONS = 10
"""Of a process to the database, at most."""
LESSON_S = 45 * 60
CLASS_SIZE = 25
BELL = 2.0
"""How much more is asked in the first minutes of a lesson than on its average."""
FILE_S = 8.0
"""Seconds of a worker's place for a file of twenty pages, embedding included: an assumption."""

OF_A_LEARNER = {"messages/send": 4, "messages/list": 8, "sessions/list": 3}
OF_A_CLASS = {"quiz/generate": 0.5}
FILES_OF_A_CLASS = 0.2
"""What a learner and a class ask for in a lesson in which they use the service: assumptions."""


@dataclass(frozen=True)
class Cost:
    """What one request costs.

    CPU in milliseconds, of the service and of Postgres; `held_ms` is the time for which it holds
    a database connection, in `trips` round trips; `sent` and `received` are bytes of its body and
    its answer; `waits_s` is the time at the provider.
    """

    cpu_ms: float
    database_cpu_ms: float
    trips: float
    held_ms: float
    received: float
    sent: float
    waits_s: float


@dataclass(frozen=True)
class Place:
    """Learners, and the share of them that uses the service in the same lesson at the peak."""

    name: str
    learners: int
    share: float


PLACES = (
    Place("a school", 1_000, 0.5),
    Place("a district", 100_000, 0.3),
    Place("ten million", 10_000_000, 0.15),
)

Rates = Mapping[str, float]


@dataclass(frozen=True)
class Needs:
    """At the peak; `database_cores` and `connections_busy` are what Postgres carries."""

    requests_s: float
    in_flight: float
    cores: float
    processes: int
    memory_mb: float
    connections: int
    connections_busy: float
    database_cores: float
    trips_s: float
    sent_mb_s: float
    workers: int


def rates(learners: float, share: float, bell: float = BELL) -> dict[str, float]:
    """Requests a second of each kind."""
    active = learners * share * bell / LESSON_S
    found = {kind: active * count for kind, count in OF_A_LEARNER.items()}
    return found | {kind: active / CLASS_SIZE * count for kind, count in OF_A_CLASS.items()}


def files_s(place: Place) -> float:
    """Files a second that teachers upload."""
    return place.learners * place.share / CLASS_SIZE * FILES_OF_A_CLASS / LESSON_S


def learners_for(cores: float, costs: Mapping[str, Cost], share: float) -> float:
    """How many learners keep so many cores of the service busy, on the average of a lesson."""
    of_one = total(rates(1, share, 1.0), costs, "cpu_ms") / 1000
    return cores / of_one


def total(load: Rates, costs: Mapping[str, Cost], what: str) -> float:
    """A quantity of `Cost`, over all requests of a second."""
    return sum(rate * float(getattr(costs[kind], what)) for kind, rate in load.items())


def needed(place: Place, costs: Mapping[str, Cost], base_mb: float, waiting_kb: float) -> Needs:
    """What the place needs; a process takes `base_mb`, a waiting request `waiting_kb` of it."""
    load = rates(place.learners, place.share)
    cores = total(load, costs, "cpu_ms") / 1000
    processes = max(2, ceil(cores / PLANNED))  # two, so that one may be replaced
    in_flight = total(load, costs, "waits_s")
    return Needs(
        requests_s=sum(load.values()),
        in_flight=in_flight,
        cores=cores,
        processes=processes,
        memory_mb=processes * base_mb + in_flight * waiting_kb / 1024,
        connections=processes * CONNECTIONS,
        connections_busy=total(load, costs, "held_ms") / 1000,
        database_cores=total(load, costs, "database_cpu_ms") / 1000,
        trips_s=total(load, costs, "trips"),
        sent_mb_s=total(load, costs, "sent") / 1e6,
        workers=max(1, ceil(files_s(place) * FILE_S / PLANNED)),
    )
