"""Whether waiting costs nothing: many requests in flight in one process, at a slow provider.

    python -m benchmarks.in_flight [--delay-s 10] [--generations 1000] [--sends 400]

Requests go to a stub that takes so long. Each load comes twice: arriving evenly over 0.8 of the
stub's time, so that all are in flight before the first is answered, and then, harder, all at
once, where those that arrive last wait for the service to take in the others. Shown are failures,
what was added to the provider's time, and what the service used. The client and the stub share
the machine's cores and need time for so many connections, too: one load goes straight to the stub.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import uvloop

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.figures import Figure, figure, tell
from benchmarks.service import Bench, running
from tests import factories

SAMPLE_S = 0.5
PROMPT = {"system": "You are a tutor.", "user": "Why are leaves green? " * 40}
COMPLETION = {
    "model": "gpt-4o-mini",
    "messages": [{"role": role, "content": text} for role, text in PROMPT.items()],
}
MESSAGE = "Why are leaves green, and what does chlorophyll do?"

Body = Callable[[int], dict[str, Any]]


@dataclass
class Peak:
    """The most that was seen while requests were in flight."""

    threads: int = 0
    connections: int = 0
    memory_mb: float = 0.0

    async def watch(self, bench: Bench) -> None:
        while True:
            self.threads = max(self.threads, bench.service.threads)
            self.connections = max(self.connections, bench.connections)
            self.memory_mb = max(self.memory_mb, bench.service.memory_mb)
            await asyncio.sleep(SAMPLE_S)


@dataclass(frozen=True)
class Load:
    """So many requests of a kind, all at once."""

    name: str
    url: str
    body: Body
    count: int
    arrival_s: float = 0.0


async def measure(bench: Bench, load: Load, delay_s: float) -> list[Figure]:
    headers = bench.world.headers
    before_mb, before_cpu_s = bench.service.memory_mb, bench.service.cpu_s
    peak = Peak()
    watch = asyncio.create_task(peak.watch(bench))
    started = time.perf_counter()
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)
    ) as client:
        answers = await asyncio.gather(
            *(
                ask(client, load.url, load.body(n), headers, n / load.count * load.arrival_s)
                for n in range(load.count)
            )
        )
    wall_s = time.perf_counter() - started
    watch.cancel()
    taken = sorted(1000 * (seconds - delay_s) for _, seconds in answers)
    name = f"{load.count} {load.name}"
    return [
        figure(f"{name}: failed", "", sum(status != 200 for status, _ in answers), 0),
        figure(f"{name}: a second", "", load.count / wall_s, at_least=True),
        figure(f"{name}: added", "ms", statistics.median(taken)),
        figure(f"{name}: added at 95 %", "ms", taken[int(len(taken) * 0.95)]),
        figure(f"{name}: CPU", "ms", (bench.service.cpu_s - before_cpu_s) / load.count * 1000),
        figure(f"{name}: memory", "MB", (peak.memory_mb - before_mb) / load.count, 0.1),
        figure(f"{name}: database connections", "", peak.connections, 10),
    ]


async def ask(
    client: aiohttp.ClientSession,
    url: str,
    body: dict[str, Any],
    headers: dict[str, str],
    after_s: float = 0.0,
) -> tuple[int, float]:
    """Status and seconds of one request; status 0 is a broken connection."""
    await asyncio.sleep(after_s)
    start = time.perf_counter()
    try:
        async with client.post(url, json=body, headers=headers) as response:
            await response.read()
            status = response.status
    except aiohttp.ClientError:
        status = 0
    return status, time.perf_counter() - start


def sends(bench: Bench, count: int) -> Body:
    """Bodies of one message each to as many sessions."""
    world = bench.world
    sessions = [factories.chat_session(world.classroom, world.student) for _ in range(count)]
    return lambda n: world.body(session_id=str(sessions[n].id), message=MESSAGE)


async def run(bench: Bench, delay_s: float, generations: int, messages: int) -> None:
    await ask_once(bench)
    arrival_s = 0.8 * delay_s
    stub = f"{bench.stub.url}/openai/v1/chat/completions"
    generate = f"{bench.service.url}/v1/llm/generate"
    send = f"{bench.service.url}/v1/chat/workspace/messages/send"
    loads = [
        Load("llm/generate", generate, lambda _: PROMPT, generations, arrival_s),
        Load("messages/send", send, sends(bench, messages), messages, arrival_s),
        Load("straight to the stub, at once", stub, lambda _: COMPLETION, generations),
        Load("llm/generate, at once", generate, lambda _: PROMPT, generations),
        Load("messages/send, at once", send, sends(bench, messages), messages),
    ]
    figures = [one for load in loads if load.count for one in await measure(bench, load, delay_s)]
    tell("in_flight", f"python -m benchmarks.in_flight --delay-s {delay_s:g}", figures)


async def ask_once(bench: Bench) -> None:
    """One request before the others, so that none of them pays for the start."""
    async with aiohttp.ClientSession() as client:
        await ask(client, f"{bench.service.url}/v1/llm/generate", PROMPT, bench.world.headers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--delay-s", type=float, default=10.0)
    parser.add_argument("--generations", type=int, default=1000)
    parser.add_argument("--sends", type=int, default=400)
    options = parser.parse_args()
    with running(stub_delay_ms=options.delay_s * 1000) as bench:
        uvloop.run(run(bench, options.delay_s, options.generations, options.sends))


if __name__ == "__main__":
    main()
