"""Slots: never more than the cap, in turn, and given back on every way out."""

import asyncio
import json
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as django_settings

from stemcore.asgi import application
from stemcore.database.units import LONGEST_PAUSE_S
from stemcore.deadline import Deadline
from stemcore.guests import guard
from stemcore.guests.leases import leases
from stemcore.guests.sweeper import sweep
from stemcore.models import GuestSandbox
from stemcore.supabase.tokens import PlatformUser
from tests import factories
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.database import superuser
from tests.provider_fixtures import Providers
from tests.stemcore.guests.embeddings import (
    ROUTE,
    Gate,
    admissions,
    admit,
    embed,
    in_flight,
    stored,
    total_in_flight,
    until,
)
from tests.stubs.steps import Step
from tests.tokens import access_token


@pytest.fixture(autouse=True)
def two_slots(settings: Any) -> None:
    settings.GUEST_MAX_CONCURRENT_AI_REQUESTS = 2


def waiting() -> int:
    return sum(not row["active"] for row in admissions())


def waits_for_turn() -> datetime | None:
    """Since when a statement waits for the turn of guests, if one does."""
    found = superuser().execute(
        "SELECT query_start FROM pg_stat_activity"
        " WHERE wait_event = 'advisory' AND datname = current_database()"
    )
    row = found.fetchone()
    return row["query_start"] if row else None


async def test_no_more_than_the_cap_are_in_flight_and_all_are_served(
    api: Api, cast: Cast, providers: Providers
) -> None:
    providers.configure("openai")
    providers.always_embeddings(Step("vectors", delay_s=0.05))
    guests = [(cast.guest_one, cast.sandbox_one), (cast.guest_two, cast.sandbox_two)] * 6
    answers = await asyncio.gather(*(embed(api, guest, box.id) for guest, box in guests))
    assert {answer.status_code for answer in answers} == {200}
    assert providers.openai.most_in_flight == 2
    assert in_flight(cast.sandbox_one) == (0, 0, 0)
    assert stored(cast.sandbox_two).embedding_operations_used == 6


async def test_they_are_served_in_the_order_of_arrival(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    for _ in range(2):
        admit(cast.sandbox_two, 60)
    gate.opened.set()
    served: list[int] = []

    async def ask(number: int) -> None:
        data_of(await embed(api, cast.guest_one, cast.sandbox_one.id))
        served.append(number)

    asked = []
    for number in range(5):
        asked.append(asyncio.create_task(ask(number)))
        await until(lambda expected=number + 1: waiting() == expected)  # type: ignore[misc]  # mypy infers no lambda with a default
    superuser().execute(
        "DELETE FROM stem.guest_admissions WHERE id = (SELECT min(id) FROM stem.guest_admissions)"
    )
    await asyncio.gather(*asked)
    assert served == [0, 1, 2, 3, 4]


async def test_nobody_overtakes_who_waits_in_another_process(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    for active in (True, False, False):
        admit(cast.sandbox_two, 60, active=active)
    request = asyncio.create_task(embed(api, cast.guest_one, cast.sandbox_one.id))
    await until(lambda: [row["active"] for row in admissions()] == [True, True, False, False])
    assert gate.arrived == 0
    request.cancel()
    with suppress(asyncio.CancelledError):
        await request
    await until(lambda: len(admissions()) == 3)


async def test_a_wait_that_is_too_long_is_refused(
    api: Api, cast: Cast, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "SLOT_WAIT_MS", 200)
    for _ in range(2):
        admit(cast.sandbox_two, 60)
    answer = await embed(api, cast.guest_one, cast.sandbox_one.id)
    error_of(answer, 503, "guest_concurrent_limit")
    assert providers.received == []
    assert stored(cast.sandbox_one).embedding_operations_used == 0
    assert len(admissions()) == 2


async def test_the_wait_ends_before_the_web_app_gives_up(
    api: Api, cast: Cast, providers: Providers
) -> None:
    for _ in range(2):
        admit(cast.sandbox_two, 60)
    answer = await embed(api, cast.guest_one, cast.sandbox_one.id, timeout_ms=1500)
    error_of(answer, 503, "guest_concurrent_limit")


async def test_a_slot_left_by_a_dead_process_is_free_when_its_lease_ends(
    api: Api, cast: Cast, providers: Providers
) -> None:
    for _ in range(2):
        admit(cast.sandbox_two, 0.2)
    request = asyncio.create_task(embed(api, cast.guest_one, cast.sandbox_one.id))
    await until(lambda: waiting() == 1)
    await asyncio.sleep(0.2)
    await sweep()
    data_of(await request)
    assert total_in_flight() == 0


async def test_a_waiting_guest_whose_sandbox_ends_is_refused(
    api: Api, cast: Cast, providers: Providers
) -> None:
    key = admit(cast.sandbox_two, 60)
    admit(cast.sandbox_two, 60)
    request = asyncio.create_task(embed(api, cast.guest_one, cast.sandbox_one.id))
    await until(lambda: waiting() == 1)
    factories.update(cast.sandbox_one, status="expired")
    superuser().execute("DELETE FROM stem.guest_admissions WHERE key = %s", [key])
    error_of(await request, 502, "guest_rate_limit_unavailable")
    assert len(admissions()) == 1


# Clients that leave ------------------------------------------------------------------------------


class Client:
    """A client that can hang up: a request on its way through the ASGI application."""

    def __init__(self, guest: PlatformUser, sandbox: GuestSandbox) -> None:
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        body = json.dumps({"inputs": ["light"], "sandbox_id": str(sandbox.id)}).encode()
        self.events.put_nowait({"type": "http.request", "body": body})
        headers = {
            "x-api-key": django_settings.PYTHON_BACKEND_API_KEY,
            "authorization": f"Bearer {access_token(guest.id, anonymous=True)}",
        }
        scope = {
            "type": "http",
            "method": "POST",
            "path": ROUTE,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self.served = asyncio.ensure_future(application(scope, self.events.get, self._collect))

    async def _collect(self, event: dict[str, Any]) -> None:
        self.sent.append(event)

    async def hang_up(self) -> None:
        self.events.put_nowait({"type": "http.disconnect"})
        async with asyncio.timeout(30):  # only what hangs needs them
            await self.served


async def test_a_client_that_leaves_while_generating_gives_all_back(
    cast: Cast, providers: Providers, open_clients: None, gate: Gate
) -> None:
    client = Client(cast.guest_one, cast.sandbox_one)
    await until(lambda: gate.arrived == 1)
    assert in_flight(cast.sandbox_one) == (1, 1, 1)
    await client.hang_up()
    assert client.sent == []
    assert in_flight(cast.sandbox_one) == (0, 0, 0)
    assert stored(cast.sandbox_one).embedding_operations_used == 0


async def test_a_client_that_leaves_while_waiting_gives_all_back(
    cast: Cast, providers: Providers, open_clients: None, gate: Gate
) -> None:
    for _ in range(2):
        admit(cast.sandbox_two, 60)
    client = Client(cast.guest_one, cast.sandbox_one)
    await until(lambda: waiting() == 1)
    await client.hang_up()
    assert waiting() == 0
    assert len(admissions()) == 2


@pytest.mark.parametrize("steps", range(10))
async def test_a_client_that_leaves_at_any_moment_leaves_nothing(
    cast: Cast, providers: Providers, open_clients: None, steps: int
) -> None:
    client = Client(cast.guest_one, cast.sandbox_one)
    await asyncio.sleep(steps * 0.002)
    await client.hang_up()
    # A use that is being counted when its client leaves is counted behind it.
    await until(lambda: in_flight(cast.sandbox_one) == (0, 0, 0))
    assert stored(cast.sandbox_one).embedding_operations_used in (0, 1)


async def test_a_request_that_is_cancelled_twice_while_it_reserves_leaves_nothing(
    cast: Cast, open_clients: None
) -> None:
    async def use() -> None:
        async with leases().use(cast.sandbox_one.id, "embedding", Deadline.after(60.0)):
            pytest.fail("it had been cancelled")

    superuser().execute("SELECT pg_advisory_lock(hashtext('guest admissions'))")
    try:
        request = asyncio.create_task(use())
        await until(lambda: waits_for_turn() is not None)
        first = waits_for_turn()
        for _ in range(2):
            request.cancel()
            await asyncio.sleep(0)
        await until(lambda: waits_for_turn() not in (None, first))  # whatever it is that tries next
    finally:
        superuser().execute("SELECT pg_advisory_unlock(hashtext('guest admissions'))")
    with pytest.raises(asyncio.CancelledError):
        await request
    await asyncio.sleep(2 * LONGEST_PAUSE_S)  # what was left behind would have tried again
    assert in_flight(cast.sandbox_one) == (0, 0, 0)


async def test_waiting_holds_no_database_connection(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    for _ in range(2):
        admit(cast.sandbox_two, 60)
    requests = [
        asyncio.create_task(embed(api, cast.guest_one, cast.sandbox_one.id)) for _ in range(12)
    ]
    await until(lambda: waiting() == 12)
    gate.opened.set()
    for _ in range(10):  # more than there are connections
        data_of(await embed(api, cast.teacher, None))
    for request in requests:
        request.cancel()
    await asyncio.gather(*requests, return_exceptions=True)
    await until(lambda: waiting() == 0)
