"""The faults: each is done, held for some seconds, and taken back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from benchmarks.chaos.clock import Clock
from benchmarks.chaos.stage import PROVIDER_S, Stage
from benchmarks.guests.world import right_answer
from stemcore.embedded.platform import LOGIN
from tests.stubs import steps

HELD_S = (2.0, 5.0)
BEHIND_S = 40
"""Within the leeway of tokens."""

Fault = Callable[[Stage], AbstractAsyncContextManager[None]]


def provider(reaction: steps.Reaction) -> Fault:
    """The provider does this to every call."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        stage.mood = reaction
        yield
        stage.mood = right_answer(PROVIDER_S)

    return fault


def at_once(harm: Callable[[Stage], Awaitable[None]]) -> Fault:
    """Done at once, with nothing to be taken back."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        await harm(stage)
        yield

    return fault


async def restart_database(stage: Stage) -> None:
    await asyncio.to_thread(stage.database.restart)


async def kill_server(stage: Stage) -> None:
    await asyncio.to_thread(stage.dice.choice(stage.servers).kill)


async def kill_worker(stage: Stage) -> None:
    await asyncio.to_thread(stage.worker.kill, 0)


async def lose_connections(stage: Stage) -> None:
    stage.relay.hush()


@asynccontextmanager
async def silent_database(stage: Stage) -> AsyncIterator[None]:
    stage.relay.deafen()
    yield
    stage.relay.hear()


@asynccontextmanager
async def connection_limit(stage: Stage) -> AsyncIterator[None]:
    """The login may open no connection, and those that it has are ended."""
    with stage.superuser() as superuser:
        superuser.execute(f"ALTER ROLE {LOGIN} CONNECTION LIMIT 0".encode())
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [LOGIN]
        )
        yield
        superuser.execute(f"ALTER ROLE {LOGIN} CONNECTION LIMIT -1".encode())


@asynccontextmanager
async def locked_tables(stage: Stage) -> AsyncIterator[None]:
    """Every statement on sessions and messages waits."""
    with stage.superuser() as superuser, superuser.transaction():
        superuser.execute(
            "LOCK TABLE class_chat_sessions, class_chat_messages IN ACCESS EXCLUSIVE MODE"
        )
        yield


def clock_moved(clock: Clock, seconds: int) -> Fault:
    """The wall clocks of servers and worker show another time."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        clock.move(seconds)
        yield
        clock.move(0)

    return fault


@asynccontextmanager
async def full_disk(stage: Stage) -> AsyncIterator[None]:
    """The worker's temporary files find no room."""
    assert stage.disk is not None
    ballast = stage.disk / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            while file.write(bytes(65_536)):
                pass
    except OSError:
        pass
    yield
    ballast.unlink()


def faults_of(stage: Stage) -> dict[str, Fault]:
    """Every fault that can be done on this machine, by what it is called."""
    found: dict[str, Fault] = {
        "the provider hangs": provider(steps.Step("hang")),
        "the provider drops connections": provider(steps.Step("disconnect")),
        "the provider answers 429": provider(steps.error(429, retry_after="1")),
        "the provider sends garbage": provider(steps.raw(b'{"choices": [[[')),
        "the database is restarted": at_once(restart_database),
        "the database falls silent": silent_database,
        "its connections fall silent": at_once(lose_connections),
        "it takes no connections": connection_limit,
        "its tables are locked": locked_tables,
        "kill -9 of a server": at_once(kill_server),
        "kill -9 of the worker": at_once(kill_worker),
    }
    if stage.clock is not None:
        found |= {
            "the clock jumps ten minutes ahead": clock_moved(stage.clock, 600),
            "the clock falls 40 s behind": clock_moved(stage.clock, -BEHIND_S),
        }
    if stage.disk is not None:
        found["the worker's disk is full"] = full_disk
    return found
