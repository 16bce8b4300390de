"""Guests, what they ask for, and what the database says of them."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from classes.models import Classroom
from stemcore.guests.quotas import COUNTERS
from stemcore.models import GuestSandbox
from stemcore.supabase.tokens import PlatformUser
from tests import content_routes, factories
from tests.database import superuser
from tests.stubs.steps import Reaction, Step, answer, error
from tests.tokens import credentials

_numbers = itertools.count()


@dataclass(frozen=True)
class Guest:
    """A guest with a sandbox and its class."""

    user: PlatformUser
    sandbox: GuestSandbox
    classroom: Classroom

    @property
    def headers(self) -> dict[str, str]:
        return credentials(self.user)

    def used(self, feature: str) -> int:
        row = factories.row(GuestSandbox, id=self.sandbox.id)
        return int(getattr(row, COUNTERS[feature]))


def new_guest() -> Guest:
    user = factories.guest()
    sandbox = factories.sandbox(user)
    classroom = factories.row(Classroom, id=sandbox.class_id)
    factories.blueprint(classroom)
    return Guest(user, sandbox, classroom)


@dataclass(frozen=True)
class Feature:
    """A feature, and a request that spends it."""

    name: str
    path: str
    fields: Callable[[Guest], dict[str, Any]]

    def body(self, guest: Guest) -> dict[str, Any]:
        return {"sandbox_id": str(guest.sandbox.id), **self.fields(guest)}


def _embedding(guest: Guest) -> dict[str, Any]:
    return {"inputs": [f"light {next(_numbers)}"]}


def _message(guest: Guest) -> dict[str, Any]:
    """A message to a session of its own: those to one session are answered one by one."""
    session = factories.chat_session(guest.classroom, guest.user)
    ids = {"class_id": str(guest.classroom.id), "user_id": str(guest.user.id)}
    return {**ids, "session_id": str(session.id), "message": "Why are leaves green?"}


def _content(route: content_routes.ContentRoute) -> Callable[[Guest], dict[str, Any]]:
    return lambda guest: route.fields


EMBEDDING = Feature("embedding", "/v1/llm/embeddings", _embedding)
FEATURES = (
    EMBEDDING,
    Feature("chat", "/v1/chat/workspace/messages/send", _message),
    Feature("quiz", "/v1/quiz/generate", _content(content_routes.QUIZ)),
    Feature("flashcards", "/v1/flashcards/generate", _content(content_routes.FLASHCARDS)),
    Feature("blueprint", "/v1/blueprints/generate", _content(content_routes.BLUEPRINT)),
)


# What the provider does --------------------------------------------------------------------------


def right_answer(delay_s: float) -> Reaction:
    """A model's valid answer to whatever was asked."""

    def react(received: Any) -> Step:
        if received.is_embedding:
            return Step("vectors", delay_s=delay_s)
        return answer(json.dumps(content_routes.answer_for(received.system)), delay_s=delay_s)

    return react


def every_second_fails(delay_s: float) -> Reaction:
    turns = itertools.count()
    right = right_answer(delay_s)

    def react(received: Any) -> Step:
        if next(turns) % 2:
            return error(400)
        assert callable(right)
        return right(received)

    return react


# What clients see --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What became of a request: status 0 for a connection that broke."""

    status: int
    code: str
    seconds: float


async def ask(
    client: aiohttp.ClientSession, port: int, feature: Feature, guest: Guest, body: Any = None
) -> Outcome:
    started = time.monotonic()
    url = f"http://127.0.0.1:{port}{feature.path}"
    sent = body or feature.body(guest)
    try:
        async with client.post(url, json=sent, headers=guest.headers) as response:
            told = await response.json()
            code = told["error"]["code"] if told["error"] else "ok"
            return Outcome(response.status, code, time.monotonic() - started)
    except aiohttp.ClientError as broken:
        return Outcome(0, type(broken).__name__, time.monotonic() - started)


# What the database says --------------------------------------------------------------------------


def left_over() -> tuple[int, int, int]:
    """Admissions, the sandboxes' requests in flight, the platform's total: all zero at rest."""
    row = (
        superuser()
        .execute(
            "SELECT (SELECT count(*) FROM stem.guest_admissions)::int AS rows,"
            " (SELECT coalesce(sum(active_ai_requests), 0) FROM guest_sandboxes)::int AS sum,"
            " (SELECT active_requests FROM guest_session_quota) AS total"
        )
        .fetchone()
    )
    assert row is not None
    return row["rows"], row["sum"], row["total"]


async def at_rest(within_s: float) -> float:
    """Seconds until nothing is left in flight; fails when that takes too long."""
    started = time.monotonic()
    while left_over() != (0, 0, 0):
        waited = time.monotonic() - started
        assert waited < within_s, f"left over after {waited:.1f} s: {left_over()}"
        await asyncio.sleep(0.05)
    return time.monotonic() - started
