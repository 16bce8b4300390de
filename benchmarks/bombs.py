"""How long `/healthz` waits beside bodies and answers that are made to be expensive.

    python -m benchmarks.bombs [--seconds 5]

Four clients at a time send the same bomb to a service with one worker while another asks
`/healthz` every 5 ms; shown are the slowest of its answers, and the bombs' own time. The client
shares the machine, and the loop is asked beside its own work: about a minute.
"""

import argparse
import asyncio
import json
import time
from typing import Any

import aiohttp
import uvloop

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.figures import figure, tell
from benchmarks.service import Bench, running
from tests.wire import bombs

AT_A_TIME = 4
SLOWEST_MS = 100
INPUTS = 1024


def requests(bench: Bench) -> dict[str, tuple[str, bytes]]:
    """Route and body of each kind by its name."""
    fields = {"class_title": "T", "user_message": "?"}
    body = json.dumps(bench.world.body(**fields)).encode()
    made = {"an ordinary request": ("/v1/llm/generate", b'{"system": "a", "user": "b"}')}
    for name, field, value in (
        ("numbers in tool_catalog", b"tool_catalog", bombs.NUMBERS),
        ("{} in transcript", b"transcript", bombs.OBJECTS),
        ("keys in orchestration_hints", b"orchestration_hints", bombs.KEYS),
        ("numbers nobody reads", b"ignored", bombs.NUMBERS),
        ("deep nesting", b"ignored", bombs.DEEP),
        ("surrogate pairs nobody reads", b"ignored", bombs.PAIRS),
    ):
        made[name] = ("/v1/chat/generate", body[:-1] + b', "%b": %b}' % (field, value))
    inputs = json.dumps({"inputs": ["light"] * INPUTS}).encode()
    made["1,024 embeddings"] = ("/v1/llm/embeddings", inputs)
    return made


async def health(client: aiohttp.ClientSession, url: str, until: float) -> list[float]:
    """Milliseconds of each look, sorted."""
    taken = []
    while time.monotonic() < until:
        started = time.perf_counter()
        async with client.get(url) as response:
            await response.read()
        taken.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(0.005)
    return sorted(taken)


async def measure(bench: Bench, seconds: float) -> None:
    figures = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        for name, (path, body) in requests(bench).items():
            url, headers = f"{bench.service.url}{path}", {**bench.world.headers}
            headers["content-type"] = "application/json"
            until = time.monotonic() + seconds
            seen: list[tuple[int, float, int]] = []

            async def send(at: tuple[str, bytes, dict[str, Any]], until: float, to: Any) -> None:
                while time.monotonic() < until:
                    started = time.perf_counter()
                    async with client.post(at[0], data=at[1], headers=at[2]) as response:
                        size = len(await response.read())
                    to.append((response.status, (time.perf_counter() - started) * 1000, size))

            async with asyncio.TaskGroup() as group:
                looks = group.create_task(health(client, f"{bench.service.url}/healthz", until))
                for _ in range(AT_A_TIME):
                    group.create_task(send((url, body, headers), until, seen))
            figures += [
                figure(f"{name}: answered", "ms", [taken for _, taken, _ in seen]),
                figure(f"{name}: answer", "bytes", max(size for _, _, size in seen)),
                figure(f"{name}: slowest healthz", "ms", looks.result()[-1], SLOWEST_MS),
            ]
    tell("bombs", f"python -m benchmarks.bombs --seconds {seconds:g}", figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    with running(stub_delay_ms=0) as bench:
        uvloop.run(measure(bench, options.seconds))


if __name__ == "__main__":
    main()
