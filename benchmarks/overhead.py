"""What a request costs in the service itself: CPU and added latency, at a low load.

    python -m benchmarks.overhead [--requests 2000] [--rounds 300]

The provider is a stub that answers at once. CPU is what the service's process used, and Postgres,
divided by the requests, with eight at a time; latency is the median of single requests, taken in
turns with a request straight to the stub, which is subtracted. A bare asyncio proxy, a bare uvicorn
and a view of a stock Django stand beside the service. Figures are those of one worker; the client,
the stub and Postgres share the machine.
"""

import argparse
import asyncio
import itertools
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import aiohttp
import uvloop

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.figures import figure, tell
from benchmarks.service import Bench, Process, child, database_cpu_s, running
from tests import factories

AT_A_TIME = 8
PROMPT = {"system": "You are a tutor.", "user": "Why are leaves green? " * 40}
QUESTION = "Why are leaves green, and what does chlorophyll do?"
COMPLETION = {
    "model": "gpt-4o-mini",
    "messages": [{"role": role, "content": text} for role, text in PROMPT.items()],
}

Request = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Target:
    """A kind of request, the process it is charged to, and what performance it should have."""

    name: str
    process: Process
    request: Request
    aim_cpu_ms: float | None = None
    share: float = 1.0
    """Of the requests asked for, how many are enough."""


@dataclass(frozen=True)
class Yardsticks:
    """Servers that do the least; see `benchmarks.bare_proxy` and `benchmarks.yardsticks`."""

    proxy: Process
    uvicorn: Process
    django: Process


def targets(client: aiohttp.ClientSession, bench: Bench, beside: Yardsticks) -> list[Target]:
    service, headers = bench.service, bench.world.headers

    def post(url: str, *bodies: dict[str, Any]) -> Request:
        turns = itertools.cycle(bodies)

        async def request() -> None:
            async with client.post(url, json=next(turns), headers=headers) as response:
                await response.read()
                assert response.status == 200, await response.text()

        return request

    def get(url: str) -> Request:
        async def request() -> None:
            async with client.get(url) as response:
                await response.read()
                assert response.status == 200, await response.text()

        return request

    stub_url = f"{bench.stub.url}/openai/v1/chat/completions"
    workspace = f"{service.url}/v1/chat/workspace/messages"
    return [
        Target("stub alone", bench.stub, post(stub_url, COMPLETION)),
        Target("bare proxy", beside.proxy, post(f"{beside.proxy.url}/", COMPLETION)),
        Target("bare uvicorn", beside.uvicorn, get(beside.uvicorn.url)),
        Target("stock Django view", beside.django, get(beside.django.url)),
        Target("healthz", service, get(f"{service.url}/healthz"), 0.25),
        Target("llm/generate", service, post(f"{service.url}/v1/llm/generate", PROMPT), 1.2),
        Target(
            "messages/list", service, post(f"{workspace}/list", bench.world.body(limit=30)), 2.0
        ),
        Target("messages/send", service, post(f"{workspace}/send", *sends(bench)), 9.0, share=0.2),
    ]


def sends(bench: Bench) -> list[dict[str, Any]]:
    """Messages to several sessions, since those to one session wait for each other."""
    world = bench.world
    sessions = [factories.chat_session(world.classroom, world.student) for _ in range(64)]
    return [world.body(session_id=str(session.id), message=QUESTION) for session in sessions]


class Spent(NamedTuple):
    """CPU milliseconds of one request: the process's own, and Postgres's."""

    process: float
    database: float


async def spent(target: Target, requests: int) -> Spent:
    await repeat(target.request, requests // 10)
    before, database_before = target.process.cpu_s, database_cpu_s()
    await repeat(target.request, requests)
    used, database_used = target.process.cpu_s - before, database_cpu_s() - database_before
    return Spent(used / requests * 1000, database_used / requests * 1000)


async def repeat(request: Request, times: int) -> None:
    async def some() -> None:
        for _ in range(times // AT_A_TIME):
            await request()

    await asyncio.gather(*(some() for _ in range(AT_A_TIME)))


async def latencies_ms(measured: list[Target], rounds: int) -> dict[str, float]:
    """Median latency of each target by its name, asked in turns, one request at a time."""
    taken: dict[str, list[float]] = {target.name: [] for target in measured}
    for _ in range(rounds):
        # In another order each time: a request also pays for the idle moment before it.
        for target in random.sample(measured, len(measured)):
            start = time.perf_counter()
            await target.request()
            taken[target.name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(values) for name, values in taken.items()}


async def measure(bench: Bench, beside: Yardsticks, requests: int, rounds: int) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        measured = targets(client, bench, beside)
        cpu = {
            target.name: await spent(target, int(requests * target.share)) for target in measured
        }
        latency = await latencies_ms(measured, rounds)
    floor = latency["stub alone"]
    tell(
        "overhead",
        f"python -m benchmarks.overhead --requests {requests} --rounds {rounds}",
        [
            *(
                figure(f"{target.name}, CPU", "ms", cpu[target.name].process, target.aim_cpu_ms)
                for target in measured
            ),
            *(
                figure(f"{name}, Postgres's CPU", "ms", cpu[name].database)
                for name in ("llm/generate", "messages/list", "messages/send")
            ),
            *(
                figure(f"{target.name}, added", "ms", latency[target.name] - floor)
                for target in measured[1:]
            ),
            figure("database connections", "", bench.connections, 10),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=300)
    options = parser.parse_args()
    with (
        running(stub_delay_ms=0) as bench,
        child("-m", "benchmarks.bare_proxy", "--upstream", str(bench.stub.port)) as proxy,
        child("-m", "benchmarks.yardsticks", "uvicorn") as uvicorn,
        child("-m", "benchmarks.yardsticks", "django") as django,
    ):
        beside = Yardsticks(proxy, uvicorn, django)
        uvloop.run(measure(bench, beside, options.requests, options.rounds))


if __name__ == "__main__":
    main()
