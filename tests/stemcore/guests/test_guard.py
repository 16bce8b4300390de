"""Who is admitted: the guard's table, line by line, on a route that guests may use."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from stemcore.guests.sweeper import sweep
from tests import factories
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.database import fingerprint
from tests.provider_fixtures import Providers
from tests.stemcore.guests.embeddings import (
    ROUTE,
    Gate,
    admissions,
    embed,
    in_flight,
    owe,
    stored,
    until,
)
from tests.stubs import steps

PAST = datetime(2020, 1, 1, tzinfo=UTC)


async def test_it_lets_a_guest_use_a_feature_and_counts_it(
    api: Api, cast: Cast, providers: Providers
) -> None:
    data_of(await embed(api, cast.guest_one, cast.sandbox_one.id))
    assert stored(cast.sandbox_one).embedding_operations_used == 1
    assert in_flight(cast.sandbox_one) == (0, 0, 0)


async def test_it_wants_a_user_for_a_sandbox(api: Api, cast: Cast, providers: Providers) -> None:
    error_of(await embed(api, None, cast.sandbox_one.id), 401, "user_token_required")
    assert providers.received == []


async def test_it_wants_a_guest_to_name_a_sandbox(
    api: Api, cast: Cast, providers: Providers
) -> None:
    error_of(await embed(api, cast.guest_one, None), 400, "guest_sandbox_required")
    assert providers.received == []


@pytest.mark.parametrize("sandbox_id", ["x", "0", "00000000-0000-0000-0000-00000000000g"])
async def test_it_refuses_what_is_no_id(
    api: Api, cast: Cast, providers: Providers, sandbox_id: str
) -> None:
    error_of(await embed(api, cast.guest_one, sandbox_id), 403, "guest_sandbox_forbidden")
    assert providers.received == []


async def test_it_refuses_another_guests_sandbox(
    api: Api, cast: Cast, providers: Providers
) -> None:
    before = fingerprint()
    answer = await embed(api, cast.guest_one, cast.sandbox_two.id)
    error_of(answer, 403, "guest_sandbox_forbidden")
    assert providers.received == []
    assert fingerprint() == before


async def test_it_refuses_an_unknown_sandbox(api: Api, cast: Cast, providers: Providers) -> None:
    error_of(await embed(api, cast.guest_one, uuid4()), 403, "guest_sandbox_forbidden")


@pytest.mark.parametrize(
    "ended", [{"status": "expired"}, {"status": "discarded"}, {"expires_at": PAST}]
)
async def test_it_refuses_a_sandbox_that_has_ended(
    api: Api, cast: Cast, providers: Providers, ended: dict[str, Any]
) -> None:
    factories.update(cast.sandbox_one, **ended)
    before = fingerprint()
    answer = await embed(api, cast.guest_one, cast.sandbox_one.id)
    error_of(answer, 403, "guest_sandbox_forbidden")
    assert fingerprint() == before


async def test_it_refuses_a_use_past_the_limit(
    api: Api, cast: Cast, providers: Providers, settings: Any
) -> None:
    settings.GUEST_LIMITS = {**settings.GUEST_LIMITS, "embedding": 3}
    factories.update(cast.sandbox_one, embedding_operations_used=3)
    before = fingerprint()
    answer = await embed(api, cast.guest_one, cast.sandbox_one.id)
    error = error_of(answer, 429, "guest_rate_limit")
    assert error["message"] == "Guest embedding limit reached."
    assert providers.received == []
    assert fingerprint() == before


async def test_a_limit_of_zero_switches_the_feature_off(
    api: Api, cast: Cast, providers: Providers, settings: Any
) -> None:
    settings.GUEST_LIMITS = {**settings.GUEST_LIMITS, "embedding": 0}
    answer = await embed(api, cast.guest_one, cast.sandbox_one.id)
    error_of(answer, 429, "guest_rate_limit")
    data_of(await embed(api, cast.teacher, None))


async def test_uses_of_other_features_do_not_count(
    api: Api, cast: Cast, providers: Providers
) -> None:
    factories.update(cast.sandbox_one, chat_messages_used=999, quiz_generations_used=999)
    data_of(await embed(api, cast.guest_one, cast.sandbox_one.id))


async def test_a_failed_request_costs_nothing(api: Api, cast: Cast, providers: Providers) -> None:
    providers.always_embeddings(steps.error(400))
    error_of(await embed(api, cast.guest_one, cast.sandbox_one.id), 502, "provider_error")
    assert stored(cast.sandbox_one).embedding_operations_used == 0
    assert in_flight(cast.sandbox_one) == (0, 0, 0)


async def test_a_body_that_does_not_fit_costs_nothing(
    api: Api, cast: Cast, providers: Providers
) -> None:
    answer = await embed(api, cast.guest_one, cast.sandbox_one.id, inputs=[])
    error_of(answer, 422, "validation_error")
    assert stored(cast.sandbox_one).embedding_operations_used == 0


@pytest.mark.parametrize("named", ["nothing", "their own", "nonsense"])
async def test_a_signed_in_user_passes_freely(
    api: Api, cast: Cast, providers: Providers, settings: Any, named: str
) -> None:
    settings.GUEST_LIMITS = dict.fromkeys(settings.GUEST_LIMITS, 0)
    sandbox = {"nothing": None, "their own": cast.sandbox_one.id, "nonsense": "x"}[named]
    data_of(await embed(api, cast.teacher, sandbox))
    assert stored(cast.sandbox_one).embedding_operations_used == 0
    assert admissions() == []


async def test_the_web_apps_own_call_passes_freely(
    api: Api, cast: Cast, providers: Providers, settings: Any
) -> None:
    settings.GUEST_LIMITS = dict.fromkeys(settings.GUEST_LIMITS, 0)
    data_of(await api.post(ROUTE, {"inputs": ["light"]}))


async def test_it_says_when_the_sandbox_cannot_be_checked(
    api: Api, cast: Cast, providers: Providers, database: Any
) -> None:
    database.execute("ALTER TABLE guest_sandboxes RENAME TO elsewhere")
    try:
        answer = await embed(api, cast.guest_one, cast.sandbox_one.id)
    finally:
        database.execute("ALTER TABLE elsewhere RENAME TO guest_sandboxes")
    error_of(answer, 502, "guest_sandbox_verification_unavailable")
    assert providers.received == []


async def test_it_says_when_the_use_cannot_be_reserved(
    api: Api, cast: Cast, providers: Providers, database: Any
) -> None:
    name = "acquire_guest_ai_slot_service"
    database.execute(f"ALTER FUNCTION {name} RENAME TO elsewhere")
    try:
        answer = await embed(api, cast.guest_one, cast.sandbox_one.id)
    finally:
        database.execute(f"ALTER FUNCTION elsewhere RENAME TO {name}")
    error_of(answer, 502, "guest_rate_limit_unavailable")
    assert providers.received == []
    assert in_flight(cast.sandbox_one) == (0, 0, 0)


async def test_a_good_answer_is_given_when_its_use_cannot_be_counted_and_it_is_counted_later(
    api: Api, cast: Cast, providers: Providers, database: Any
) -> None:
    name = "increment_guest_ai_usage_service"
    database.execute(f"ALTER FUNCTION {name} RENAME TO elsewhere")
    try:
        data_of(await embed(api, cast.guest_one, cast.sandbox_one.id))
    finally:
        database.execute(f"ALTER FUNCTION elsewhere RENAME TO {name}")
    assert stored(cast.sandbox_one).embedding_operations_used == 0
    assert in_flight(cast.sandbox_one) == (0, 0, 1)
    await sweep()
    assert stored(cast.sandbox_one).embedding_operations_used == 1
    assert in_flight(cast.sandbox_one) == (0, 0, 0)


async def test_what_is_owed_counts_against_the_limit(
    api: Api, cast: Cast, providers: Providers, settings: Any
) -> None:
    settings.GUEST_LIMITS = {**settings.GUEST_LIMITS, "embedding": 1}
    settings.GUEST_MAX_CONCURRENT_AI_REQUESTS = 1
    owe(cast.sandbox_one)
    answer = await embed(api, cast.guest_one, cast.sandbox_one.id)
    error_of(answer, 429, "guest_rate_limit")
    data_of(await embed(api, cast.guest_two, cast.sandbox_two.id))
    await sweep()
    assert stored(cast.sandbox_one).embedding_operations_used == 1


async def test_a_good_answer_is_given_while_the_database_is_gone(
    api: Api, cast: Cast, providers: Providers, gate: Gate, database: Any
) -> None:
    request = asyncio.create_task(embed(api, cast.guest_one, cast.sandbox_one.id))
    await until(lambda: gate.arrived == 1)
    database.execute("ALTER TABLE stem.guest_admissions RENAME TO elsewhere")
    try:
        gate.opened.set()
        data_of(await request)
    finally:
        database.execute("ALTER TABLE stem.elsewhere RENAME TO guest_admissions")
    assert in_flight(cast.sandbox_one) == (1, 1, 1)
    await until(lambda: in_flight(cast.sandbox_one) == (0, 0, 1))
    await sweep()
    assert stored(cast.sandbox_one).embedding_operations_used == 1
