"""Health and a chat message, alone and beside twenty members of the staff who open pages.

Once the console shares the process of the API, and once it has its own (`SERVE`). The staff open
pages one after the other: once as people do, who read for a few seconds, and once without a pause,
which keeps the threads of the admin busy all the time. One client asks the API for its health and
sends messages to a provider that takes a fifth of a second; told are the median and the 95th
percentile of both, and how much slower the medians are than alone.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median

import aiohttp
import uvloop

from benchmarks import django_setup  # noqa: F401 - before what needs Django
from benchmarks.figures import Figure, figure, tell
from benchmarks.in_flight import ask, sends
from benchmarks.service import Bench, Process, running, serving
from tests.console.scene import calls

STAFF = 20
READING_S = 5.0
MOST_TIMES = 1.2
PROVIDER_MS = 200.0
ASKED, SENT = 400, 40
LISTS = ("stemcore/providercall", "chat/chatsession", "materials/material", "classes/classroom")


@dataclass(frozen=True)
class Way:
    """Which processes answer the API's clients and the staff, and how often they open pages."""

    title: str
    api: Process
    console: Process
    held_to_aim: tuple[float, ...]


def main() -> None:
    with ExitStack() as stack:
        bench = stack.enter_context(running(stub_delay_ms=PROVIDER_MS))
        calls(bench.world.classroom, bench.world.student)
        cookies = _sessions()
        one = bench.service
        told = uvloop.run(_run(Way("in one process", one, one, (READING_S,)), bench, cookies))
        api, console = (
            stack.enter_context(serving(bench.server, bench.stub.port, SERVE=part))
            for part in ("api", "console")
        )
        own = Way("in its own process", api, console, (READING_S, 0.0))
        told += uvloop.run(_run(own, bench, cookies))
        tell("beside_staff", "python -m benchmarks.console beside", told)


def _sessions() -> list[str]:
    """Cookies of so many members of the staff who are logged in."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    cookies = []
    for number in range(STAFF):
        account = get_user_model().objects.create_superuser(f"staff-{number}")
        client = Client()
        client.force_login(account)
        cookies.append(client.cookies["sessionid"].value)
    return cookies


async def _run(way: Way, bench: Bench, cookies: Sequence[str]) -> list[Figure]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        await _measure(client, bench, way)  # nobody pays for the start
        alone = await _measure(client, bench, way)
        told = [figure(f"{what}, alone, console {way.title}", "ms", alone[what]) for what in alone]
        for title, pause_s in (("20 who read", READING_S), ("20 without a pause", 0.0)):
            async with _staff(client, bench, way, cookies, pause_s) as opened:
                began = time.perf_counter()
                beside = await _measure(client, bench, way)
                rate = sum(opened) / (time.perf_counter() - began)
            crowd = f"{title}, console {way.title}"
            told.append(figure(f"pages of {crowd}", "/s", rate, at_least=True))
            for what, taken in beside.items():
                ratio = median(taken) / median(alone[what])
                aim = MOST_TIMES if pause_s in way.held_to_aim else None
                told.append(figure(f"{what} beside {crowd}, to alone", "×", ratio, aim))
    return told


@asynccontextmanager
async def _staff(
    client: aiohttp.ClientSession, bench: Bench, way: Way, cookies: Sequence[str], pause_s: float
) -> AsyncIterator[list[int]]:
    """Staff at work; yields a list that grows by one for each page that was opened."""
    opened: list[int] = []
    session = f"chat/chatsession/{bench.world.session.id}/change"
    pages = [f"{way.console.url}/admin/{path}/" for path in (*LISTS, session)]
    pages.append(f"{way.console.url}/admin/?span=day")

    async def work(number: int, cookie: str) -> None:
        source = random.Random(number)
        await asyncio.sleep(source.random() * pause_s)
        while True:
            headers = {"cookie": f"sessionid={cookie}"}
            async with client.get(
                source.choice(pages), headers=headers, allow_redirects=False
            ) as answer:
                page = await answer.text()
                assert answer.status == 200, (answer.url.path, answer.status, page[-500:])
            opened.append(1)
            await asyncio.sleep(pause_s)

    tasks = [asyncio.create_task(work(*each)) for each in enumerate(cookies)]
    await asyncio.sleep(2)
    opened.clear()
    try:
        yield opened
        for task in tasks:
            assert not task.done(), task.exception()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _measure(client: aiohttp.ClientSession, bench: Bench, way: Way) -> dict[str, list[float]]:
    """Milliseconds of each request, by what was asked, one after the other."""
    body, headers = sends(bench, SENT), bench.world.headers
    send = f"{way.api.url}/v1/chat/workspace/messages/send"
    answers = [await ask(client, send, body(n), headers) for n in range(SENT)]
    assert all(status == 200 for status, _ in answers)
    health = [await _health(client, way) for _ in range(ASKED)]
    return {"healthz": health, "send": [1000 * seconds for _, seconds in answers]}


async def _health(client: aiohttp.ClientSession, way: Way) -> float:
    began = time.perf_counter()
    async with client.get(f"{way.api.url}/healthz") as answer:
        await answer.read()
    taken = 1000 * (time.perf_counter() - began)
    await asyncio.sleep(0.01)
    return taken
