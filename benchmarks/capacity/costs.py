"""What one request of each kind costs, measured on a process that answers many of it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import aiohttp

from benchmarks.capacity.learners import PATHS, Answered, Crowd
from benchmarks.capacity.model import Cost
from benchmarks.service import Bench, database_cpu_s

METRICS_TOKEN = "token-of-the-capacity-benchmark"
AT_ONCE = {"messages/send": 16, "messages/list": 2, "sessions/list": 2, "quiz/generate": 16}
"""Few enough that requests do not wait for each other, which would count as holding connections."""
REQUESTS = {"messages/send": 128, "messages/list": 300, "sessions/list": 300, "quiz/generate": 96}
WAITING = 150


@dataclass(frozen=True)
class Meter:
    """What was used so far: CPU seconds of the service and of Postgres, and of its connections."""

    cpu_s: float
    database_cpu_s: float
    held_s: float

    def since(self, before: "Meter") -> "Meter":
        return Meter(
            self.cpu_s - before.cpu_s,
            self.database_cpu_s - before.database_cpu_s,
            self.held_s - before.held_s,
        )


async def read_meter(client: aiohttp.ClientSession, bench: Bench) -> Meter:
    headers = {"authorization": f"Bearer {METRICS_TOKEN}"}
    async with client.get(f"{bench.service.url}/metrics", headers=headers) as response:
        lines = (await response.text()).splitlines()
    held = sum(
        float(line.rpartition(" ")[2])
        for line in lines
        if line.startswith("stem_lane_run_seconds_sum")
    )
    return Meter(bench.service.cpu_s, database_cpu_s(), held)


async def measure(
    client: aiohttp.ClientSession, bench: Bench, crowd: Crowd, trips: dict[str, float]
) -> dict[str, Cost]:
    """The costs of all kinds; a kind is measured by itself."""
    found = {}
    for kind in PATHS:
        await many(crowd, kind, AT_ONCE[kind])
        before = await read_meter(client, bench)
        answered = await many(crowd, kind, REQUESTS[kind])
        used = (await read_meter(client, bench)).since(before)
        found[kind] = _cost(answered, used, trips[kind])
    return found


def _cost(answered: list[Answered], used: Meter, trips: float) -> Cost:
    failed = [one.status for one in answered if one.status != 200]
    assert not failed, f"{answered[0].kind}: {set(failed)}"
    count = len(answered)
    return Cost(
        cpu_ms=used.cpu_s / count * 1000,
        database_cpu_ms=used.database_cpu_s / count * 1000,
        trips=trips,
        held_ms=used.held_s / count * 1000,
        received=mean(one.received for one in answered),
        sent=mean(one.sent for one in answered),
        waits_s=0.0,
    )


async def many(crowd: Crowd, kind: str, count: int) -> list[Answered]:
    """So many requests of a kind, a few at the same time."""
    answered: list[Answered] = []

    async def some(number: int) -> None:
        for _ in range(number):
            answered.append(await crowd.ask(kind))

    await asyncio.gather(*(some(count // AT_ONCE[kind]) for _ in range(AT_ONCE[kind])))
    return answered


async def waiting_kb(bench: Bench, crowd: Crowd) -> float:
    """Memory of a request that waits for its provider, in KiB: many at once, against none."""
    before = bench.service.memory_mb
    asking = asyncio.gather(*(crowd.ask("messages/send") for _ in range(WAITING)))
    most = before
    while not asking.done():
        most = max(most, bench.service.memory_mb)
        await asyncio.sleep(0.1)
    await asking
    return (most - before) / WAITING * 1024


def proportional_mb(pid: int) -> float:
    """The memory of a process, its share of what is shared counted."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
