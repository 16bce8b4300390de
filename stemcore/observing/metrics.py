"""Metrics in Prometheus's form.

Each process counts for itself. Where several answer on one port (`serve --workers`), their numbers
lie in files (`stemcore.observing.folder`), which whichever of them is scraped adds up. A gauge says
in how many processes something is so.
"""

import asyncio
import os
from bisect import bisect_left
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from stemcore.observing.folder import FOLDER

if TYPE_CHECKING:
    from stemcore.api.request import ApiRequest
    from stemcore.database.runs import Run
    from stemcore.models import ProviderCall

NO_ROUTE = "none"
LEFT = "499"
QUICK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
SLOW = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)

MOVE_EVERY_S = 1.0

Labels = tuple[str, ...]


class Durations(Histogram):
    """A histogram that takes many observations at once."""

    @property
    def bounds(self) -> Sequence[float]:
        """The upper bound of each bucket, infinity last."""
        return self._upper_bounds

    def take(self, counts: Sequence[float], total: float) -> None:
        """So many observations for each bucket, of that sum."""
        self._sum.inc(total)
        for bucket, count in zip(self._buckets, counts, strict=True):
            if count:
                bucket.inc(count)


disable_created_metrics()  # a time beside each number, which nobody reads

REQUESTS = Durations(
    "stem_request_seconds",
    "Time from the headers of a request to its answer, 499 where the client left.",
    ["route", "status"],
    buckets=SLOW,
)
ERRORS = Counter("stem_request_errors", "Answers with an error code.", ["route", "code"])
IN_FLIGHT = Gauge("stem_requests_in_flight", "Requests in work.", multiprocess_mode="livesum")
ATTEMPTS = Counter(
    "stem_provider_attempts",
    "Attempts at AI providers; outcome is ok, cancelled or the kind of failure.",
    ["provider", "purpose", "outcome"],
)
ATTEMPT_SECONDS = Durations(
    "stem_provider_attempt_seconds",
    "Time of an attempt at an AI provider.",
    ["provider", "kind"],
    buckets=SLOW,
)
TOKENS = Counter(
    "stem_provider_tokens",
    "Tokens that providers counted, prompt or completion.",
    ["provider", "purpose", "type"],
)
CIRCUIT = Gauge(
    "stem_provider_circuit_open",
    "Processes that leave a provider out, until an attempt at it succeeds.",
    ["provider", "kind"],
    multiprocess_mode="livesum",
)
WAIT = Durations(
    "stem_lane_wait_seconds",
    "What a unit of database work waited for a thread and its connection.",
    ["lane"],
    buckets=QUICK,
)
RUN = Durations(
    "stem_lane_run_seconds",
    "What a unit of database work took in its thread.",
    ["lane"],
    buckets=QUICK,
)


class Times:
    """Observations of a histogram's child that were not yet moved into it."""

    __slots__ = ("_bounds", "_counts", "_total", "_where")

    def __init__(self, metric: Durations, labels: Labels) -> None:
        self._where, self._bounds = (metric, labels), metric.bounds
        self._counts, self._total = [0] * len(self._bounds), 0.0

    def add(self, seconds: float) -> None:
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._total += seconds

    def move(self) -> None:
        metric, labels = self._where
        metric.labels(*labels).take(self._counts, self._total)
        self._counts, self._total = [0] * len(self._bounds), 0.0


class Count:
    """The same of a counter's child."""

    __slots__ = ("_number", "_where")

    def __init__(self, metric: Counter, labels: Labels) -> None:
        self._where, self._number = (metric, labels), 0

    def add(self, number: int = 1) -> None:
        self._number += number

    def move(self) -> None:
        metric, labels = self._where
        metric.labels(*labels).inc(self._number)
        self._number = 0


class Tally:
    """What this process has counted and not yet moved into the metrics above.

    There a number costs microseconds, for its lock and its file; here, in the event loop alone, a
    fraction of that. Moved every `MOVE_EVERY_S`, so a process that is killed loses that much.
    """

    def __init__(self) -> None:
        self._times: dict[tuple[Durations, Labels], Times] = {}
        self._counts: dict[tuple[Counter, Labels], Count] = {}
        self._moving: asyncio.TimerHandle | None = None
        self.in_flight = 0

    def times(self, metric: Durations, *labels: str) -> Times:
        found = self._times.get((metric, labels))
        if found is None:
            found = self._times[metric, labels] = Times(metric, labels)
        return found

    def count(self, metric: Counter, *labels: str) -> Count:
        found = self._counts.get((metric, labels))
        if found is None:
            found = self._counts[metric, labels] = Count(metric, labels)
        return found

    def move_soon(self) -> None:
        if self._moving is None:
            self._moving = asyncio.get_running_loop().call_later(MOVE_EVERY_S, self.move)

    def move(self) -> None:
        """Moves all that was counted into the metrics."""
        if self._moving is not None:
            self._moving.cancel()
            self._moving = None
        for times in self._times.values():
            times.move()
        for count in self._counts.values():
            count.move()
        IN_FLIGHT.set(self.in_flight)


class _Request:
    """Around a request. A class, for a generator takes thrice its time; so are the others."""

    __slots__ = ("_request", "_started", "_tally")

    def __init__(self, tally: Tally, request: "ApiRequest") -> None:
        self._tally, self._request = tally, request

    def __enter__(self) -> None:
        self._started = monotonic()
        self._tally.in_flight += 1
        self._tally.move_soon()

    def __exit__(self, *_: object) -> None:
        self._tally.in_flight -= 1
        match, answer = self._request.resolver_match, self._request.answer
        route = match.route if match else NO_ROUTE
        status = str(answer.status_code) if answer else LEFT
        self._tally.times(REQUESTS, route, status).add(monotonic() - self._started)
        if answer is not None and answer.exception:
            self._tally.count(ERRORS, route, answer.data["code"]).add()


class _Unit:
    __slots__ = ("_run", "_tally")

    def __init__(self, tally: Tally, run: "Run") -> None:
        self._tally, self._run = tally, run

    def __enter__(self) -> None:
        self._tally.move_soon()

    def __exit__(self, *_: object) -> None:
        run, now = self._run, monotonic()
        lane = run.lane.name
        self._tally.times(WAIT, lane).add((run.started or now) - run.began)
        if run.started:
            self._tally.times(RUN, lane).add(now - run.started)


class _Attempt:
    __slots__ = ("_row", "_tally")

    def __init__(self, tally: Tally, row: "ProviderCall") -> None:
        self._tally, self._row = tally, row

    def __enter__(self) -> None:
        self._tally.move_soon()

    def __exit__(self, *_: object) -> None:
        row, tally = self._row, self._tally
        outcome = str(row.error_kind or row.status)
        tally.count(ATTEMPTS, row.provider, row.purpose, outcome).add()
        tally.times(ATTEMPT_SECONDS, row.provider, row.kind).add(row.latency_ms / 1000)
        if row.prompt_tokens:
            tally.count(TOKENS, row.provider, row.purpose, "prompt").add(row.prompt_tokens)
        if row.completion_tokens:
            tally.count(TOKENS, row.provider, row.purpose, "completion").add(row.completion_tokens)


class Metrics:
    """The observer that counts."""

    def __init__(self) -> None:
        self._tally = Tally()
        self._circuits: dict[Labels, bool] = {}

    def request(self, request: "ApiRequest") -> _Request:
        return _Request(self._tally, request)

    def unit(self, name: str, run: "Run") -> _Unit:
        return _Unit(self._tally, run)

    def attempt(self, row: "ProviderCall") -> _Attempt:
        return _Attempt(self._tally, row)

    def circuit(self, provider: str, kind: str, is_open: bool) -> None:
        if self._circuits.get((provider, kind)) is not is_open:
            self._circuits[provider, kind] = is_open
            CIRCUIT.labels(provider, kind).set(int(is_open))

    def settle(self) -> None:
        self._tally.move()

    async def close(self) -> None:
        self._tally.move()


def registry() -> CollectorRegistry:
    """What holds the numbers of this process, or of all that share its folder; reads files."""
    shared = os.environ.get(FOLDER)
    if not shared:
        return REGISTRY
    _bury(shared)
    found = CollectorRegistry()
    MultiProcessCollector(found, path=shared)
    return found


def _bury(shared: str) -> None:
    """Takes the gauges of dead processes away; what they counted stays."""
    for name in os.listdir(shared):
        kind, _, rest = name.partition("_")
        pid = rest.removesuffix(".db").rpartition("_")[2]
        if kind == "gauge" and pid.isdigit() and not _lives(int(pid)):
            mark_process_dead(int(pid), shared)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
