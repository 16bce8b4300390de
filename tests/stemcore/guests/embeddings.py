"""The cheapest route that guests may use, and what its use leaves behind."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from stemcore.models import GuestSandbox, GuestSessionQuota
from stemcore.supabase.tokens import PlatformUser
from tests import factories
from tests.client import Api
from tests.database import superuser
from tests.stubs.steps import Step

ROUTE = "/v1/llm/embeddings"


async def embed(
    api: Api, guest: PlatformUser | None, sandbox_id: UUID | str | None, **fields: Any
) -> httpx.Response:
    """Uses a guest's `embedding` once."""
    sandbox = None if sandbox_id is None else str(sandbox_id)
    body = {"inputs": ["light"], "sandbox_id": sandbox, **fields}
    return await api.post(ROUTE, body, user=guest)


class Gate:
    """Holds the provider's answers back until it opens; `arrived` counts the requests."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.arrived = 0

    def __call__(self, _: Any) -> Step:
        self.arrived += 1
        assert self.opened.wait(60)
        return Step("vectors")

    def close(self) -> None:
        """Begins anew: nothing has arrived."""
        self.opened.clear()
        self.arrived = 0


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Returns when the condition holds; fails when it does not come to."""
    for _ in range(round(seconds * 100)):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("waited in vain")


# What is stored ----------------------------------------------------------------------------------


def stored(sandbox: GuestSandbox) -> GuestSandbox:
    return factories.row(GuestSandbox, id=sandbox.id)


def total_in_flight() -> int:
    """The platform's count of guests' requests in flight."""
    return factories.row(GuestSessionQuota, scope="global").active_requests


def in_flight(sandbox: GuestSandbox) -> tuple[int, int, int]:
    """Requests in flight: the sandbox's counter, the platform's total, and our own rows."""
    return stored(sandbox).active_ai_requests, total_in_flight(), len(admissions())


def admissions() -> list[dict[str, Any]]:
    """Our rows, in the order of arrival."""
    return superuser().execute("SELECT * FROM stem.guest_admissions ORDER BY id").fetchall()


def as_platform(statement: str, *values: Any) -> list[dict[str, Any]]:
    """Runs a statement with the claims of a service, as the platform's timers do."""
    with superuser().transaction():
        superuser().execute(
            """SELECT set_config('request.jwt.claims', '{"role": "service_role"}', true)"""
        )
        return superuser().execute(statement, values).fetchall()  # type: ignore[arg-type]


def admit(
    sandbox: GuestSandbox, seconds: float, *, active: bool = True, feature: str = "embedding"
) -> UUID:
    """An admission of another process, with so many seconds of its lease to go."""
    key = uuid4()
    superuser().execute(
        "INSERT INTO stem.guest_admissions (key, sandbox_id, feature, active, expires_at)"
        " VALUES (%s, %s, %s, %s, now() + make_interval(secs => %s))",
        [key, sandbox.id, feature, active, seconds],
    )
    if active:
        as_platform("SELECT acquire_guest_ai_slot_service(%s, 99)", sandbox.id)
    return key


def owe(sandbox: GuestSandbox, feature: str = "embedding") -> None:
    """A use that was answered and could not be counted."""
    key = admit(sandbox, -1, active=False, feature=feature)
    superuser().execute("UPDATE stem.guest_admissions SET owed = true WHERE key = %s", [key])
