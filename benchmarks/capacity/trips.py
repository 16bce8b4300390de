"""Round trips to the database of one request of each kind, counted on the wire between them."""

import asyncio
from time import monotonic

import aiohttp

from benchmarks.capacity.learners import PATHS, Crowd, Seat
from benchmarks.service import DATABASE
from stemcore.embedded.server import ServerHandle
from tests.service import service
from tests.stubs.relay import Relay

AT_ONCE = {"messages/send": 16, "messages/list": 50, "sessions/list": 50, "quiz/generate": 16}
"""As many as share what is done behind them, such as a batch of the call log, in a busy process."""
START_S = 6.0
IDLE_S = 8.0
SETTLE_S = 1.5
"""After so long what a request leaves to do, such as the call log, is done."""


async def count(
    server: ServerHandle, free: list[Seat], environ: dict[str, str]
) -> dict[str, float]:
    """Round trips of each kind, with those that it leaves to be done behind it."""
    # The loop has nothing else to do while the service starts and ends.
    with service(server, DATABASE, environ) as running:
        async with aiohttp.ClientSession() as client:
            crowd = Crowd(client, running.url, free)
            idle = await _idle(running.relay)
            return {kind: await _of(running.relay, crowd, kind, idle) for kind in PATHS}


async def _idle(relay: Relay) -> float:
    """Round trips a second while nobody asks for anything."""
    await asyncio.sleep(START_S)  # the first sweeps have more to do
    before = relay.sent
    await asyncio.sleep(IDLE_S)
    return (relay.sent - before) / IDLE_S


async def _of(relay: Relay, crowd: Crowd, kind: str, idle: float) -> float:
    await _ask(crowd, kind)  # connections are opened
    before, started = relay.sent, monotonic()
    await _ask(crowd, kind)
    return max(0.0, relay.sent - before - idle * (monotonic() - started)) / AT_ONCE[kind]


async def _ask(crowd: Crowd, kind: str) -> None:
    """Requests at once, and what they leave to be done."""
    answered = await asyncio.gather(*(crowd.ask(kind) for _ in range(AT_ONCE[kind])))
    assert all(one.status == 200 for one in answered), answered
    await asyncio.sleep(SETTLE_S)
