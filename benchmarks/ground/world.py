"""A class with many chunks, its people, and clocks for what is asked of the service."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from chat.models import ChatSession
from classes.models import Classroom
from stemcore.supabase.tokens import PlatformUser
from tests import database, factories
from tests.client import Api

WORKSPACE = "/v1/chat/workspace/"
CHUNKS = 5_000
SESSIONS = 12
QUESTION = "What do chlorophyll and the mitochondria have to do with energy and light?"

_FILL = """
INSERT INTO material_chunks (material_id, class_id, source_type, source_index, text, token_count)
SELECT %s, %s, 'page', page, string_agg(words[1 + floor(random() * 10)::int] || number, ' '), 900
FROM (SELECT ARRAY['chlorophyll', 'energy', 'light', 'mitochondria', 'the', 'of', 'membrane',
                   'sugar', 'water', 'oxygen'] AS words) all_words,
     generate_series(1, %s) page, generate_series(1, 400),
     LATERAL (SELECT CASE WHEN random() < 0.5 THEN '' ELSE (random() * 4000)::int::text END)
       AS of_word (number)
GROUP BY page
"""


@dataclass(frozen=True)
class World:
    """A teacher and a student with sessions, in a class of `CHUNKS` chunks."""

    teacher: PlatformUser
    student: PlatformUser
    classroom: Classroom
    sessions: list[ChatSession]


def make_world() -> World:
    teacher = factories.user("teacher", "Tess Teacher")
    student = factories.user("student", "Sam Student")
    classroom = factories.classroom(teacher, title="Plant biology")
    factories.enrollment(classroom, student)
    factories.blueprint(classroom)
    material = factories.material(classroom)
    database.superuser().execute(_FILL, [material.id, classroom.id, CHUNKS])
    database.superuser().execute("VACUUM ANALYZE material_chunks")
    sessions = [factories.chat_session(classroom, student) for _ in range(SESSIONS)]
    return World(teacher, student, classroom, sessions)


@dataclass
class Side:
    """The web app's side of a service."""

    api: Api
    world: World

    async def send(self, session: ChatSession, timeout_ms: int = 60_000) -> httpx.Response:
        fields = {"session_id": str(session.id), "message": QUESTION, "timeout_ms": timeout_ms}
        return await self._call("messages/send", self.world.student, **fields)

    async def list_sessions(self) -> httpx.Response:
        return await self._call("sessions/list", self.world.teacher)

    async def get(self, path: str) -> httpx.Response:
        return await self.api.get(path)

    async def _call(self, route: str, user: PlatformUser, **fields: Any) -> httpx.Response:
        ids = {"class_id": str(self.world.classroom.id), "user_id": str(user.id)}
        return await self.api.post(WORKSPACE + route, {**ids, **fields}, user=user)


@asynccontextmanager
async def side_of(url: str, world: World) -> AsyncIterator[Side]:
    async with httpx.AsyncClient(base_url=url, timeout=120, trust_env=False) as client:
        yield Side(Api(client), world)


@dataclass
class Times:
    """Milliseconds and statuses of calls."""

    ms: list[float] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    async def of(self, call: Awaitable[httpx.Response]) -> httpx.Response:
        began = time.monotonic()
        answer = await call
        self.ms.append((time.monotonic() - began) * 1000)
        self.statuses.add(answer.status_code)
        return answer

    @property
    def most(self) -> float:
        return max(self.ms)

    @property
    def median(self) -> float:
        return sorted(self.ms)[len(self.ms) // 2]

    def __str__(self) -> str:
        statuses = ", ".join(map(str, sorted(self.statuses)))
        return f"{self.median:6.0f} ms at the median, {self.most:6.0f} at most ({statuses})"


@asynccontextmanager
async def again_and_again(
    call: Callable[[], Awaitable[httpx.Response]], every_s: float = 0.05
) -> AsyncIterator[Times]:
    """Makes the call all the while, one after the other."""
    times = Times()

    async def run() -> None:
        while True:
            await times.of(call())
            await asyncio.sleep(every_s)

    task = asyncio.create_task(run())
    try:
        yield times
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
