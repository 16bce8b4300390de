"""Students, guests and uploads, and what became of each request."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from benchmarks.chaos.stage import Server, Stage
from benchmarks.guests.world import Guest, new_guest
from chat.models import ChatSession
from materials.models import Material
from stemcore.models import GuestSandbox
from stemcore.supabase.tokens import PlatformUser
from tests import factories
from tests.materials import files
from tests.materials.queue import enqueue
from tests.tokens import credentials

STUDENTS, GUESTS, GUESTS_IN_CHAT, UPLOADS = 10, 4, 3, 60
TIMEOUT_MS = 8_000
PAGES = 2
CONTENT = files.text_pdf("Velocity is distance over time.", "Momentum is mass times velocity.")


@dataclass(frozen=True)
class Sent:
    """A request that has ended: status 0 for a connection that broke."""

    status: int
    code: str
    request_id: str
    survived: bool
    """Whether the process that answered was alive all the while."""


@dataclass
class Student:
    """A student or guest with a session of their own, and what became of each of their messages."""

    user: PlatformUser
    session: ChatSession
    sandbox: GuestSandbox | None = None
    sent: dict[str, Sent] = field(default_factory=dict)


@dataclass
class Load:
    """Who asks, and what they were told."""

    students: list[Student]
    guests: list[tuple[Guest, list[Sent]]]
    materials: list[Material]
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def codes(self) -> Counter[str]:
        """How often each code was told."""
        sent = [one for student in self.students for one in student.sent.values()]
        sent += [one for _, ones in self.guests for one in ones]
        return Counter(one.code for one in sent)


def make_load(stage: Stage) -> Load:
    teacher = factories.user("teacher", "Tess Teacher")
    classroom = factories.classroom(teacher, title="Mechanics")
    factories.blueprint(classroom)
    factories.chunk(factories.material(classroom), "Velocity is distance over time. " * 20)
    students = []
    for number in range(STUDENTS):
        user = factories.user("student", f"Student {number}")
        factories.enrollment(classroom, user)
        students.append(Student(user, factories.chat_session(classroom, user)))
    for _ in range(GUESTS_IN_CHAT):
        guest = new_guest()
        session = factories.chat_session(guest.classroom, guest.user)
        students.append(Student(guest.user, session, guest.sandbox))
    materials = [
        factories.material(classroom, status="pending", metadata={"kind": "pdf"})
        for _ in range(UPLOADS)
    ]
    for material in materials:
        stage.bucket.files[material.storage_path] = CONTENT
        enqueue(material)
    return Load(students, [(new_guest(), []) for _ in range(GUESTS)], materials)


@asynccontextmanager
async def going_on(stage: Stage, load: Load) -> AsyncIterator[None]:
    """Everybody asks again and again, until the block ends; then all that was asked is answered."""
    stop = asyncio.Event()
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as client:
        loops = [
            *(_student(client, stage, load, student, stop) for student in load.students),
            *(_guest(client, stage, guest, sent, stop) for guest, sent in load.guests),
        ]
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*tasks)


async def _student(
    client: aiohttp.ClientSession, stage: Stage, load: Load, student: Student, stop: asyncio.Event
) -> None:
    while not stop.is_set():
        question = f"What is velocity, for the {next(load.numbers)}th time?"
        body = {
            "class_id": str(student.session.classroom_id),
            "user_id": str(student.user.id),
            "session_id": str(student.session.id),
            "message": question,
            "sandbox_id": str(student.sandbox.id) if student.sandbox else None,
            "timeout_ms": TIMEOUT_MS,
        }
        path = "/v1/chat/workspace/messages/send"
        student.sent[question] = await _ask(client, stage, path, body, student.user)
        await asyncio.sleep(random.uniform(0.1, 0.5))


async def _guest(
    client: aiohttp.ClientSession, stage: Stage, guest: Guest, sent: list[Sent], stop: asyncio.Event
) -> None:
    while not stop.is_set():
        body = {"sandbox_id": str(guest.sandbox.id), "inputs": ["light"], "timeout_ms": TIMEOUT_MS}
        path = "/v1/llm/embeddings"
        sent.append(await _ask(client, stage, path, body, guest.user))
        await asyncio.sleep(random.uniform(0.3, 0.8))


async def _ask(
    client: aiohttp.ClientSession,
    stage: Stage,
    path: str,
    body: dict[str, Any],
    user: PlatformUser,
) -> Sent:
    server: Server = random.choice(stage.servers)
    life = server.lives
    headers = credentials(user, iss=f"{stage.bucket.server.url}/auth/v1")
    try:
        async with client.post(
            f"http://127.0.0.1:{server.port}{path}", json=body, headers=headers
        ) as response:
            told = await response.json()
            code = told["error"]["code"] if told["error"] else "ok"
            request_id = response.headers["x-request-id"]
            return Sent(response.status, code, request_id, server.lives == life)
    except (aiohttp.ClientError, TimeoutError) as broken:
        return Sent(0, type(broken).__name__, "", False)
