"""Quotas hold exactly, whatever happens at once, and whatever dies."""

import asyncio
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from stemcore.guests import admissions as units
from stemcore.guests import leases
from stemcore.guests.sweeper import sweep
from tests import factories
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.provider_fixtures import Providers
from tests.steadiness import undisturbed
from tests.stemcore.guests.embeddings import (
    Gate,
    admissions,
    admit,
    as_platform,
    embed,
    in_flight,
    stored,
    until,
)
from tests.stubs import steps
from tests.stubs.steps import Step


@pytest.fixture(autouse=True)
def limit(settings: Any) -> None:
    settings.GUEST_LIMITS = {**settings.GUEST_LIMITS, "embedding": 5}


async def many(api: Api, cast: Cast, count: int) -> Counter[int]:
    """The statuses of so many requests at once."""
    answers = await asyncio.gather(
        *(embed(api, cast.guest_one, cast.sandbox_one.id) for _ in range(count))
    )
    return Counter(answer.status_code for answer in answers)


async def test_of_many_at_once_exactly_the_limit_succeeds(
    api: Api, cast: Cast, providers: Providers
) -> None:
    providers.always_embeddings(Step("vectors", delay_s=0.2))
    assert await many(api, cast, 60) == {200: 5, 429: 55}
    assert stored(cast.sandbox_one).embedding_operations_used == 5
    assert in_flight(cast.sandbox_one) == (0, 0, 0)


async def test_failures_and_new_tries_end_at_exactly_the_limit(
    api: Api, cast: Cast, providers: Providers
) -> None:
    providers.configure("openai")
    turns = iter(range(10_000))
    providers.always_embeddings(
        lambda _: steps.error(400) if next(turns) % 2 else Step("vectors", delay_s=0.02)
    )
    succeeded = 0

    async def insist() -> None:
        nonlocal succeeded
        for _ in range(40):
            answer = await embed(api, cast.guest_one, cast.sandbox_one.id)
            succeeded += answer.status_code == 200
            assert succeeded <= 5
            if answer.status_code == 200 or succeeded == 5:
                return
            await asyncio.sleep(0.02)

    await asyncio.gather(*(insist() for _ in range(20)))
    assert succeeded == 5
    assert stored(cast.sandbox_one).embedding_operations_used == 5
    error_of(await embed(api, cast.guest_one, cast.sandbox_one.id), 429, "guest_rate_limit")


async def test_a_guests_uses_do_not_count_for_another(
    api: Api, cast: Cast, providers: Providers
) -> None:
    assert await many(api, cast, 6) == {200: 5, 429: 1}
    data_of(await embed(api, cast.guest_two, cast.sandbox_two.id))


async def test_what_another_process_has_in_work_counts(
    api: Api, cast: Cast, providers: Providers
) -> None:
    for _ in range(4):
        admit(cast.sandbox_one, 60)
    assert await many(api, cast, 3) == {200: 1, 429: 2}
    assert in_flight(cast.sandbox_one) == (4, 4, 4)


async def test_what_a_dead_process_left_is_given_back_to_the_guest(
    api: Api, cast: Cast, providers: Providers
) -> None:
    for _ in range(5):
        admit(cast.sandbox_one, -1)
    assert await many(api, cast, 6) == {200: 5, 429: 1}
    assert in_flight(cast.sandbox_one) == (0, 0, 0)


async def test_sweeping_gives_back_what_is_expired_and_nothing_else(
    cast: Cast, providers: Providers
) -> None:
    admit(cast.sandbox_one, -1)
    admit(cast.sandbox_one, -1, active=False)
    kept = admit(cast.sandbox_one, 60)
    admit(cast.sandbox_two, -1)
    await sweep()
    assert [row["key"] for row in admissions()] == [kept]
    assert in_flight(cast.sandbox_one) == (1, 1, 1)
    assert stored(cast.sandbox_two).active_ai_requests == 0


async def test_sweeping_mends_a_total_that_is_off(cast: Cast, providers: Providers) -> None:
    as_platform("UPDATE guest_session_quota SET active_requests = 3 RETURNING scope")
    await sweep()
    assert in_flight(cast.sandbox_one) == (0, 0, 0)


async def begun(api: Api, cast: Cast, gate: Gate) -> asyncio.Task[httpx.Response]:
    """A request that the provider has in work."""
    request = asyncio.create_task(embed(api, cast.guest_one, cast.sandbox_one.id))
    await until(lambda: gate.arrived == 1)
    return request


async def test_a_use_whose_reservation_went_to_another_is_refused(
    api: Api, cast: Cast, providers: Providers, gate: Gate, database: Any
) -> None:
    request = await begun(api, cast, gate)
    database.execute("UPDATE stem.guest_admissions SET expires_at = now() - interval '1 s'")
    await sweep()
    assert in_flight(cast.sandbox_one) == (0, 0, 0)
    gate.opened.set()
    error_of(await request, 502, "guest_rate_limit_unavailable")
    assert stored(cast.sandbox_one).embedding_operations_used == 0
    assert in_flight(cast.sandbox_one) == (0, 0, 0)


async def test_a_sandbox_that_ends_meanwhile_is_only_cleaned_up(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    request = await begun(api, cast, gate)
    factories.update(cast.sandbox_one, last_seen_at=datetime(2020, 1, 1, tzinfo=UTC))
    as_platform("SELECT cleanup_expired_guest_sandboxes(100)")
    assert stored(cast.sandbox_one).status == "expired"
    admit(cast.sandbox_two, 60)
    gate.opened.set()
    data_of(await request)
    assert stored(cast.sandbox_one).embedding_operations_used == 0
    assert in_flight(cast.sandbox_two) == (1, 1, 1)


async def test_a_sandbox_discarded_meanwhile_gives_its_slot_back(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    request = await begun(api, cast, gate)
    factories.update(cast.sandbox_one, status="discarded")
    gate.opened.set()
    data_of(await request)
    assert in_flight(cast.sandbox_one) == (0, 0, 0)


async def test_a_sandbox_deleted_meanwhile_gives_its_slot_back(
    api: Api, cast: Cast, providers: Providers, gate: Gate, database: Any
) -> None:
    request = await begun(api, cast, gate)
    database.execute("DELETE FROM guest_sandboxes WHERE id = %s", [cast.sandbox_one.id])
    gate.opened.set()
    data_of(await request)
    assert in_flight(cast.sandbox_two) == (0, 0, 0)


async def test_the_platforms_timers_change_nothing_of_what_is_in_work(
    api: Api, cast: Cast, providers: Providers, gate: Gate
) -> None:
    request = await begun(api, cast, gate)
    as_platform("SELECT cleanup_expired_guest_sandboxes(100)")
    as_platform("SELECT reconcile_guest_session_quota_service(3600)")
    assert in_flight(cast.sandbox_one) == (1, 1, 1)
    gate.opened.set()
    data_of(await request)
    assert in_flight(cast.sandbox_one) == (0, 0, 0)
    assert stored(cast.sandbox_one).embedding_operations_used == 1


async def test_a_lease_that_is_lost_cuts_the_request_off(
    api: Api, cast: Cast, providers: Providers, gate: Gate, database: Any, quick_leases: None
) -> None:
    request = await begun(api, cast, gate)
    database.execute("DELETE FROM stem.guest_admissions")
    error_of(await request, 502, "guest_rate_limit_unavailable")
    assert not gate.opened.is_set()


async def test_a_lease_that_cannot_be_renewed_cuts_the_request_off(
    api: Api, cast: Cast, providers: Providers, gate: Gate, database: Any, quick_leases: None
) -> None:
    request = await begun(api, cast, gate)
    database.execute("ALTER TABLE stem.guest_admissions RENAME TO elsewhere")
    try:
        error_of(await request, 502, "guest_rate_limit_unavailable")
    finally:
        database.execute("ALTER TABLE stem.elsewhere RENAME TO guest_admissions")


async def test_a_lease_is_renewed_while_its_request_is_in_work(
    api: Api, cast: Cast, providers: Providers, gate: Gate, quick_leases: None
) -> None:
    async def outlasts_its_lease() -> None:
        gate.close()
        before = stored(cast.sandbox_one).embedding_operations_used
        request = await begun(api, cast, gate)
        try:
            await asyncio.sleep(2 * units.LEASE_S)
            await sweep()
            assert in_flight(cast.sandbox_one) == (1, 1, 1)
        finally:
            gate.opened.set()
            answer = await request
        data_of(answer)
        assert stored(cast.sandbox_one).embedding_operations_used == before + 1

    await undisturbed(outlasts_its_lease, units.LEASE_S / 2)


async def test_nothing_is_renewed_once_no_request_is_in_work(
    api: Api,
    cast: Cast,
    providers: Providers,
    quick_leases: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Collection[UUID]] = []

    async def renew(keys: Collection[UUID]) -> frozenset[UUID]:
        asked.append(keys)
        return frozenset()

    monkeypatch.setattr(units, "renew", renew)
    data_of(await embed(api, cast.guest_one, cast.sandbox_one.id))
    await asyncio.sleep(5 * leases.RENEW_EVERY_S)
    assert frozenset() not in asked
