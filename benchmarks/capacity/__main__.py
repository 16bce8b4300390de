"""Whether docs/scale.md is right at the size of this machine: costs, a morning, and the model.

    python -m benchmarks.capacity [--provider-s 1] [--cores 0.3] [--write]    (3 minutes)

Measures what one request of each kind costs, computes how many learners keep that part of a core
busy, lets so many have their lessons against one server process, and holds what was used against
what the model said. `--write` puts the costs, and what a school, a district and ten million
learners need by them, into docs/scale.md. Client, stub and Postgres want the rest of two cores:
where others work on them, too, ask for less.
"""

import argparse
import asyncio
import os
from dataclasses import replace
from statistics import median

import aiohttp
import uvloop

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.capacity import costs, page
from benchmarks.capacity.learners import Crowd, seats
from benchmarks.capacity.model import Cost
from benchmarks.capacity.morning import Morning, morning
from benchmarks.capacity.trips import count
from benchmarks.figures import Figure, figure, tell
from benchmarks.service import Bench, running

STUB = ("-m", "benchmarks.capacity.stub")
MODEL_HOLDS = 1.3
"""Measured by predicted: above this the model forgets something."""
ADDED_S = 0.5


async def run(bench: Bench, provider_s: float, cores: float, write: bool) -> bool:
    free = await asyncio.to_thread(seats, bench)
    environ = {"LOG_LEVEL": "error", "OPENAI_BASE_URL": f"{bench.stub.url}/openai/v1"}
    print("Counting round trips …", flush=True)
    trips = await count(bench.server, free, environ)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as client:
        crowd = Crowd(client, bench.service.url, free)
        print("Measuring each kind of request …", flush=True)
        measured = waiting_for(await costs.measure(client, bench, crowd, trips), provider_s)
        base_mb = costs.proportional_mb(bench.service.pid)
        waiting_kb = await costs.waiting_kb(bench, crowd)
        print("A morning …", flush=True)
        seen = await morning(client, bench, crowd, measured, cores)
    print(page.as_json(measured))
    for (kind, status), number in seen.failed.items():
        print(f"{number} of {kind} failed with status {status}")
    if write:
        page.write(measured, base_mb, waiting_kb, provider_s)
    command = f"python -m benchmarks.capacity --provider-s {provider_s:g} --cores {cores:g}"
    return tell("capacity", command, figures(seen, measured, base_mb, waiting_kb))


def waiting_for(found: dict[str, Cost], provider_s: float) -> dict[str, Cost]:
    """The costs with the time at the provider, of the kinds that ask one."""
    asks = ("messages/send", "quiz/generate")
    return {
        kind: replace(cost, waits_s=provider_s if kind in asks else 0.0)
        for kind, cost in found.items()
    }


def figures(
    seen: Morning, measured: dict[str, Cost], base_mb: float, waiting_kb: float
) -> list[Figure]:
    cpu_s = seen.predicted(measured, "cpu_ms") / 1000
    database_s = seen.predicted(measured, "database_cpu_ms") / 1000
    in_flight = seen.predicted(measured, "waits_s") / seen.seconds
    sends, lists = seen.seconds_of("messages/send"), seen.seconds_of("messages/list")
    provider_s = measured["messages/send"].waits_s
    return [
        figure("learners in their lessons", "", round(seen.learners)),
        figure("requests a second", "", len(seen.answered) / seen.seconds),
        figure("requests that failed", "", seen.failed.total(), 0),
        figure("service's CPU, by the model's", "", seen.used.cpu_s / cpu_s, MODEL_HOLDS),
        figure("Postgres's CPU, by the model's", "", seen.used.database_cpu_s / database_s),
        figure("in flight, by the model's", "", seen.mean_in_flight / in_flight),
        figure("send, added at the median", "s", median(sends) - provider_s, ADDED_S),
        figure("send, added at p95", "s", sends[int(len(sends) * 0.95)] - provider_s),
        figure("list, p95", "s", lists[int(len(lists) * 0.95)], ADDED_S),
        figure("database connections", "", seen.connections, 11),
        figure("memory of the process", "MB", seen.memory_mb),
        figure("memory of the process after the costs", "MB", base_mb),
        figure("memory of a waiting request", "KB", waiting_kb, 100),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--provider-s", type=float, default=1.0)
    parser.add_argument("--cores", type=float, default=0.3, help="of the service, to keep busy")
    parser.add_argument("--write", action="store_true", help="write docs/scale.md")
    options = parser.parse_args()
    os.environ["METRICS_TOKEN"] = costs.METRICS_TOKEN
    with running(options.provider_s * 1000, STUB) as bench:
        well = uvloop.run(run(bench, options.provider_s, options.cores, options.write))
    raise SystemExit(0 if well else 1)


if __name__ == "__main__":
    main()
