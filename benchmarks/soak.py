"""What a server holds on to while callers come and go (about 10 minutes).

    python -m benchmarks.soak [--stretches 10] [--visitors 500]

No caller comes twice: each brings a user, a class, sessions, a schema and words of their own, has
messages answered by both engines, reads pages, generates, is refused, and leaves in the middle of
an answer; every fourth is a guest. After each stretch the server's memory, open files and threads
are looked at, and the memory of its connections in Postgres. The first stretch is warm-up: caches
fill in it.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import psutil
import uvloop
from django.conf import settings

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.figures import Figure, figure, tell
from benchmarks.guests.world import Guest, new_guest, right_answer
from benchmarks.service import DATABASE, Process, serving
from stemcore.embedded.platform import LOGIN
from stemcore.supabase.tokens import PlatformUser
from tests import content_routes, database, factories
from tests.stubs.providers import ProviderStub
from tests.tokens import credentials

AT_A_TIME = 8
GRAPH = {"engine": "langgraph_v1"}
LEAVES_AFTER_S = 0.02
MOST_GROWTH = 1.1
"""Of memory after the first stretch."""


@dataclass
class Crowd:
    """Callers of one server, and what they were told."""

    client: aiohttp.ClientSession
    service: Process
    numbers: Iterator[int] = field(default_factory=count)
    told: Counter[int] = field(default_factory=Counter)

    async def come(self, visitors: int) -> None:
        """So many callers, a few at a time, each with all that they do."""
        turns = iter(range(visitors))

        async def some() -> None:
            for _ in turns:
                number = next(self.numbers)
                await (self.guest(number) if number % 4 == 0 else self.student(number))

        await asyncio.gather(*(some() for _ in range(AT_A_TIME)))

    async def student(self, number: int) -> None:
        user, ids = student_of_a_class(number)
        made = await self.ask("chat/workspace/sessions/create", user, ids)
        session = {**ids, "session_id": made["data"]["session"]["id"]}
        for hints in ({}, GRAPH):
            body = {**session, **question(number), "orchestration_hints": hints}
            await self.ask("chat/workspace/messages/send", user, body)
        await self.ask("chat/workspace/messages/list", user, session)
        await self.ask("chat/workspace/sessions/list", user, ids)
        await self.ask("chat/workspace/messages/send", user, {**session, "message": ""})
        await self.ask("chat/workspace/messages/list", user, {**ids, "session_id": str(user.id)})
        await self.leave("chat/workspace/messages/send", user, {**session, **question(number)})
        await self.generate(number)

    async def guest(self, number: int) -> None:
        guest = new_guest()
        box = {"sandbox_id": str(guest.sandbox.id)}
        session = {**session_of(guest), **question(number), **box}
        await self.ask("chat/workspace/messages/send", guest.user, session)
        await self.ask("llm/embeddings", guest.user, {"inputs": [f"light {number}"], **box})
        await self.leave("llm/embeddings", guest.user, {"inputs": [f"shade {number}"], **box})

    async def generate(self, number: int) -> None:
        """What needs no user: content, and a generation with a schema that nobody else has."""
        for route in (content_routes.QUIZ, content_routes.BLUEPRINT):
            body = {**route.fields, "class_title": f"Class {number}"}
            await self.ask(route.path.removeprefix("/v1/"), None, body)
        prompt = {"system": f"You are tutor {number}.", "user": "Why? " * (number % 100 + 1)}
        await self.ask("llm/generate", None, prompt)

    async def ask(self, path: str, user: PlatformUser | None, body: dict[str, Any]) -> Any:
        async with self._post(path, user, body) as response:
            self.told[response.status] += 1
            return await response.json()

    async def leave(self, path: str, user: PlatformUser, body: dict[str, Any]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVES_AFTER_S), self._post(path, user, body):
                pass

    def _post(self, path: str, user: PlatformUser | None, body: dict[str, Any]) -> Any:
        service_alone = {"x-api-key": settings.PYTHON_BACKEND_API_KEY}
        headers = credentials(user) if user else service_alone
        return self.client.post(f"{self.service.url}/v1/{path}", json=body, headers=headers)


def student_of_a_class(number: int) -> tuple[PlatformUser, dict[str, Any]]:
    """A student of a class with a material, as requests name them."""
    teacher, student = factories.user("teacher", "Tess"), factories.user("student", "Sam")
    classroom = factories.classroom(teacher, title=f"Class {number}")
    factories.enrollment(classroom, student)
    factories.blueprint(classroom)
    factories.chunk(factories.material(classroom), f"Chlorophyll {number} absorbs light. " * 40)
    return student, {"class_id": str(classroom.id), "user_id": str(student.id)}


def session_of(guest: Guest) -> dict[str, Any]:
    session = factories.chat_session(guest.classroom, guest.user)
    ids = {"class_id": str(guest.classroom.id), "user_id": str(guest.user.id)}
    return {**ids, "session_id": str(session.id)}


def question(number: int) -> dict[str, Any]:
    return {"message": f"What does chlorophyll {number} absorb, and why?"}


# What is held ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """What a server holds: memory in MB, its own and its largest connection's; files; threads."""

    memory_mb: float
    connection_mb: float
    files: int
    threads: int


def held(service: Process) -> Held:
    server = psutil.Process(service.pid)
    found = (
        database.superuser()
        .execute("SELECT pid FROM pg_stat_activity WHERE usename = %s", [LOGIN])
        .fetchall()
    )
    connections = [_own_mb(row["pid"]) for row in found]
    return Held(_own_mb(service.pid), max(connections), server.num_fds(), server.num_threads())


def _own_mb(pid: int) -> float:
    """Memory that is not shared, such as the pages of Postgres are that all its processes see."""
    with suppress(psutil.NoSuchProcess):
        return float(psutil.Process(pid).memory_full_info().uss) / 2**20
    return 0.0


def figures(looks: list[Held]) -> list[Figure]:
    first, last = looks[0], looks[-1]
    late = [after.memory_mb - before.memory_mb for before, after in pairwise(looks[-4:])]
    return [
        figure("memory after the first stretch", "MB", first.memory_mb),
        figure("memory at the end", "MB", last.memory_mb, MOST_GROWTH * first.memory_mb),
        figure("growth in each of the last three", "MB", late),
        figure("largest connection after the first stretch", "MB", first.connection_mb),
        figure(
            "largest connection at the end",
            "MB",
            last.connection_mb,
            MOST_GROWTH * first.connection_mb,
        ),
        figure(
            "open files more than after the first stretch", "", max(0, last.files - first.files), 8
        ),
        figure(
            "threads more than after the first stretch", "", max(0, last.threads - first.threads), 2
        ),
    ]


# -------------------------------------------------------------------------------------------------


async def run(service: Process, stretches: int, visitors: int) -> None:
    looks = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        crowd = Crowd(client, service)
        for number in range(1, stretches + 1):
            await crowd.come(visitors)
            looks.append(held(service))
            print(f"  stretch {number} of {stretches}: {looks[-1]}", flush=True)
    print(f"  {crowd.told.total():,} requests: {dict(sorted(crowd.told.items()))}")
    assert not {status for status in crowd.told if status >= 500}, "something failed"
    command = f"python -m benchmarks.soak --stretches {stretches} --visitors {visitors}"
    tell("soak", command, figures(looks))


@contextmanager
def service() -> Iterator[Process]:
    """A server with a provider that answers at once."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="soak")))
        server = stack.enter_context(database.test_server(folder / "database"))
        stack.enter_context(database.django_database(server, DATABASE))
        stub = ProviderStub(record=False).start()
        stack.callback(stub.stop)
        stub.always(right_answer(0))
        stub.always_embeddings(right_answer(0))
        yield stack.enter_context(serving(server, stub.port, LOG_LEVEL="error"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stretches", type=int, default=10)
    parser.add_argument("--visitors", type=int, default=500, help="callers of a stretch")
    options = parser.parse_args()
    with service() as running:
        uvloop.run(run(running, options.stretches, options.visitors))


if __name__ == "__main__":
    main()
