"""Round trips to the database of one request of each kind, counted on the wire between them."""

import asyncio
from time import monotonic
from typing import Any

import aiohttp

from benchmarks.capacity.learners import PATHS, Crowd, Seat
from benchmarks.service import DATABASE
from stemcore.embedded.server import ServerHandle
from tests import service as tests_service
from tests.stubs import relay

TIMES = {"messages/send": 8, "messages/list": 50, "sessions/list": 50, "quiz/generate": 8}
START_S = 6.0
IDLE_S = 8.0
SETTLE_S = 1.5
"""After so long what a request leaves to do, such as the call log, is done."""


class CountingRelay(relay.Relay):
    """Counts what the service sends: it waits for an answer to each."""

    sent = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await super()._serve(_Counted(reader, self), writer)  # type: ignore[arg-type]


class _Counted:
    """A reader that counts."""

    def __init__(self, reader: asyncio.StreamReader, counter: CountingRelay) -> None:
        self._reader, self._counter = reader, counter

    async def read(self, size: int) -> bytes:
        data = await self._reader.read(size)
        self._counter.sent += bool(data)
        return data


async def count(
    server: ServerHandle, free: list[Seat], environ: dict[str, str]
) -> dict[str, float]:
    """Round trips of each kind, with those that it leaves to be done behind it."""
    tests_service.Relay = CountingRelay  # type: ignore[misc]
    running: Any = tests_service.service(server, DATABASE, **environ)
    service = await asyncio.to_thread(running.__enter__)
    try:
        async with aiohttp.ClientSession() as client:
            crowd = Crowd(client, service.url, free)
            idle = await _idle(service.relay)
            return {kind: await _of(service.relay, crowd, kind, idle) for kind in PATHS}
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)
        tests_service.Relay = relay.Relay  # type: ignore[misc]


async def _idle(counter: CountingRelay) -> float:
    """Round trips a second while nobody asks for anything."""
    await asyncio.sleep(START_S)  # the first sweeps have more to do
    before = counter.sent
    await asyncio.sleep(IDLE_S)
    return (counter.sent - before) / IDLE_S


async def _of(counter: CountingRelay, crowd: Crowd, kind: str, idle: float) -> float:
    await crowd.ask(kind)  # connections are opened
    await asyncio.sleep(SETTLE_S)
    before, started = counter.sent, monotonic()
    for _ in range(TIMES[kind]):
        answered = await crowd.ask(kind)
        assert answered.status == 200, answered
    await asyncio.sleep(SETTLE_S)
    return max(0.0, counter.sent - before - idle * (monotonic() - started)) / TIMES[kind]
