"""The graph engine: what it costs beside the direct one, what it keeps, and how it waits.

    python -m benchmarks.graph [--only cost,kept,waiting] (about 4 minutes)

One service process over a stub model that calls tools. `cost`: CPU of the service for a message,
by both engines, with so many rounds of calls. `kept`: rows and bytes of the memory while a
thousand turns are taken on fifty threads, half of them with something to remember. `waiting`: 200
sends in flight at a model that takes ten seconds for each of three answers. It stops at the first
claim that does not hold.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import uvloop

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.figures import Figure, figure, tell
from benchmarks.in_flight import Peak, ask, sends
from benchmarks.service import Bench, running
from tests import database

HINTS = {"engine": "langgraph_v1"}
TOOLS = [
    "grounding_context.read",
    "memory.search",
    "memory.save",
    "class_materials.search",
    "calculator",
]
GRAPH: dict[str, Any] = {"orchestration_hints": HINTS, "tool_mode": "auto", "tool_catalog": TOOLS}
QUESTION = "Why are leaves green, and what does chlorophyll do?"
CONTEXT = "Source 1 | Plant biology | page 1\n" + "Chlorophyll absorbs red and blue light. " * 100

AT_A_TIME = 8
COSTED, TURNS, THREADS, SENDS = 400, 1_000, 50, 200
MOST_NOTES = 200
MOST_CONNECTIONS = 10

TABLES = (
    "memory_places",
    "checkpoints",
    "checkpoint_blobs",
    "checkpoint_writes",
    "store",
    "store_vectors",
)
_KEPT = " UNION ALL ".join(
    f"SELECT '{table}' AS name, count(*) AS rows, coalesce(sum(pg_column_size(t)), 0) AS bytes"
    f" FROM stem.{table} t"
    for table in TABLES
)


@dataclass(frozen=True)
class Asker:
    """Asks the service in a benchmark's world."""

    client: aiohttp.ClientSession
    bench: Bench

    async def generate(self, session: str, message: str = QUESTION, **fields: Any) -> None:
        """One message to `chat/generate`; raises AssertionError when it is not answered."""
        body = {
            **self.bench.world.body(class_title="Plant biology", material_context=CONTEXT),
            "session_id": session,
            "user_message": message,
            **fields,
        }
        url = f"{self.bench.service.url}/v1/chat/generate"
        async with self.client.post(url, json=body, headers=self.bench.world.headers) as response:
            data = (await response.json())["data"]
            assert response.status == 200
        engine = fields.get("orchestration_hints", {}).get("engine", "direct_v1")
        assert data["orchestration"]["engine"] == engine, data["orchestration"]["notes"]


async def in_turns(count: int, request: Callable[[int], Awaitable[None]]) -> None:
    """That many requests, so many at a time."""
    numbers = iter(range(count))

    async def some() -> None:
        for number in numbers:
            await request(number)

    await asyncio.gather(*(some() for _ in range(AT_A_TIME)))


async def cost(asker: Asker, name: str, **fields: Any) -> list[Figure]:
    """CPU milliseconds of the service for a message."""

    async def request(number: int) -> None:
        await asker.generate(f"{name}-{number % THREADS}", **fields)

    await in_turns(COSTED // 4, request)
    before = asker.bench.service.cpu_s
    await in_turns(COSTED, request)
    cpu_ms = (asker.bench.service.cpu_s - before) / COSTED * 1000
    return [figure(f"chat/generate by {name}", "ms CPU", cpu_ms)]


def costs(rounds: int) -> Callable[[Asker], Awaitable[list[Figure]]]:
    async def measure(asker: Asker) -> list[Figure]:
        found: list[Figure] = []
        if not rounds:
            found += await cost(asker, "direct_v1")
            found += await cost(asker, "langgraph_v1, no tools", **{**GRAPH, "tool_mode": "off"})
        return found + await cost(asker, f"langgraph_v1, {rounds} rounds", **GRAPH)

    return measure


def kept() -> tuple[dict[str, int], dict[str, int]]:
    """Rows and bytes of each table of the memory, dead ones left out."""
    found = database.superuser().execute(_KEPT).fetchall()
    rows = {row["name"]: int(row["rows"]) for row in found}
    return rows, {row["name"]: int(row["bytes"]) for row in found}


async def keeping(asker: Asker) -> list[Figure]:
    """What is kept after each 200 of the turns; each thread has had two by the first look."""
    shown = []
    for stage in range(0, TURNS, 200):

        async def turn(number: int, stage: int = stage) -> None:
            at = stage + number
            wish = f" Remember that specimen {at} grows on shelf {at * 7}." if at % 2 else ""
            await asker.generate(f"thread-{at % THREADS}", QUESTION + wish, **GRAPH)

        await in_turns(200, turn)
        rows, sizes = kept()
        shown.append((rows, sizes))
        turns = sum(rows[name] for name in TABLES if name.startswith("checkpoint"))
        of_turns = sum(sizes[name] for name in TABLES if name.startswith("checkpoint"))
        print(
            f"  {stage + 200:5} turns: {rows['checkpoints']} threads in {turns} rows,"
            f" {of_turns / 1024:.1f} kB; {rows['store']} notes,"
            f" {(sizes['store'] + sizes['store_vectors']) / 1024:.0f} kB",
            flush=True,
        )
    (first_rows, first_sizes), (last_rows, last_sizes) = shown[0], shown[-1]
    for name in TABLES:
        if name.startswith("checkpoint"):
            assert last_rows[name] == first_rows[name], name
            assert last_sizes[name] <= 1.02 * first_sizes[name], name
    assert last_rows["memory_places"] == THREADS
    assert last_rows["store"] <= MOST_NOTES
    kilobytes = [
        sum(sizes[name] for name in TABLES if name.startswith("checkpoint")) / 1024
        for _, sizes in shown
    ]
    return [
        figure(f"{TURNS} turns on {THREADS} threads: kept of the threads", "kB", kilobytes),
        figure(f"{TURNS} turns on {THREADS} threads: notes", "", last_rows["store"], MOST_NOTES),
    ]


def waiting(delay_s: float) -> Callable[[Asker], Awaitable[list[Figure]]]:
    async def measure(asker: Asker) -> list[Figure]:
        bench, peak = asker.bench, Peak()
        body = sends(bench, SENDS)
        await asker.generate("first", **GRAPH)
        url = f"{bench.service.url}/v1/chat/workspace/messages/send"
        before, watch = bench.service.cpu_s, asyncio.create_task(peak.watch(bench))
        began = time.perf_counter()
        answers = await asyncio.gather(
            *(
                ask(asker.client, url, {**body(n), **GRAPH}, bench.world.headers)
                for n in range(SENDS)
            )
        )
        took_s = time.perf_counter() - began
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        cpu_ms = (bench.service.cpu_s - before) / SENDS * 1000
        failed = sorted({status for status, _ in answers if status != 200})
        assert not failed, failed
        assert peak.connections <= MOST_CONNECTIONS
        name = f"{SENDS} sends of three answers at {delay_s:g} s each"
        return [
            figure(f"{name}: all answered after", "s", took_s),
            figure(f"{name}: database connections", "", peak.connections, MOST_CONNECTIONS),
            figure(f"{name}: CPU a send", "ms", cpu_ms),
        ]

    return measure


def on_a_service(
    rounds: int, delay_s: float, measure: Callable[[Asker], Awaitable[list[Figure]]]
) -> list[Figure]:
    """What is measured on a new service, over a model of so many rounds."""
    stub = ("-m", "benchmarks.graph.model", "--rounds", str(rounds))

    async def run(bench: Bench) -> list[Figure]:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)
        ) as client:
            return await measure(Asker(client, bench))

    with running(delay_s * 1000, stub) as bench:
        return uvloop.run(run(bench))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="cost,kept,waiting", help="commas between")
    parser.add_argument("--delay-s", type=float, default=10.0)
    options = parser.parse_args()
    wanted = options.only.split(",")
    found: list[Figure] = []
    if "cost" in wanted:
        for rounds in (0, 1, 2):
            found += on_a_service(rounds, 0, costs(rounds))
    if "kept" in wanted:
        print(f"What is kept of {TURNS} turns on {THREADS} threads:")
        found += on_a_service(1, 0, keeping)
    if "waiting" in wanted:
        found += on_a_service(2, options.delay_s, waiting(options.delay_s))
    tell("graph", f"python -m benchmarks.graph --only {options.only}", found)
    print("Everything holds.")


if __name__ == "__main__":
    main()
