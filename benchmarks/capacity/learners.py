"""The people of the simulation and what they ask for."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import aiohttp

from benchmarks.service import Bench
from tests import factories
from tests.content_routes import QUIZ
from tests.tokens import access_token

STUDENTS = 60
SESSIONS_OF_ONE = 6
MESSAGES = 8
QUESTION = "Why are leaves green, and what does chlorophyll do?"
QUESTIONS = 20


@dataclass(frozen=True)
class Answered:
    """A request's kind, status, seconds, and the bytes of its body and its answer."""

    kind: str
    status: int
    """0 when no answer came."""
    seconds: float
    received: int
    sent: int


@dataclass(frozen=True)
class Seat:
    """A student's headers, and a body that names one session."""

    headers: dict[str, str]
    body: dict[str, Any]


def seats(bench: Bench) -> list[Seat]:
    """Sessions of as many students; one message at a time goes to each."""
    world = bench.world
    key = {"x-api-key": world.headers["x-api-key"]}
    found = []
    for _ in range(STUDENTS):
        student = factories.user("student")
        factories.enrollment(world.classroom, student)
        headers = {**key, "authorization": f"Bearer {access_token(student.id)}"}
        for _ in range(SESSIONS_OF_ONE):
            session = factories.chat_session(world.classroom, student)
            factories.chat_messages(session, MESSAGES)
            ids = {"class_id": str(world.classroom.id), "user_id": str(student.id)}
            found.append(Seat(headers, {**ids, "session_id": str(session.id)}))
    random.shuffle(found)
    return found


WORKSPACE = "/v1/chat/workspace"
PATHS = {
    "messages/send": f"{WORKSPACE}/messages/send",
    "messages/list": f"{WORKSPACE}/messages/list",
    "sessions/list": f"{WORKSPACE}/sessions/list",
    "quiz/generate": QUIZ.path,
}
BODIES: dict[str, Callable[[Seat], dict[str, Any]]] = {
    "messages/send": lambda seat: {**seat.body, "message": QUESTION},
    "messages/list": lambda seat: {**seat.body, "limit": 30},
    "sessions/list": lambda seat: {k: v for k, v in seat.body.items() if k != "session_id"},
    "quiz/generate": lambda _: {**QUIZ.fields, "question_count": QUESTIONS},
}


class Crowd:
    """Asks the service, from a seat that waits for no answer as long as there is one."""

    def __init__(self, client: aiohttp.ClientSession, url: str, seats: list[Seat]) -> None:
        self._client, self._url, self._seats, self._free = client, url, seats, list(seats)
        self.in_flight = 0

    async def ask(self, kind: str) -> Answered:
        seat = self._free.pop() if self._free else random.choice(self._seats)
        body = json.dumps(BODIES[kind](seat)).encode()
        headers = {**seat.headers, "content-type": "application/json"}
        self.in_flight += 1
        started = perf_counter()
        try:
            async with self._client.post(
                self._url + PATHS[kind], data=body, headers=headers
            ) as response:
                answer, status = await response.read(), response.status
        except aiohttp.ClientError as error:
            print(f"{kind}: {error!r}", flush=True)
            answer, status = b"", 0
        finally:
            self.in_flight -= 1
            self._free.insert(0, seat)
        return Answered(kind, status, perf_counter() - started, len(body), len(answer))
