"""Limits on the rate of requests: who is counted, exactly, and never at the service's expense."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest
from django.core.cache import caches
from fakeredis import TcpFakeServer

from classes.models import Enrollment
from stemcore import env
from stemcore.api.counters import PostgresCounters
from stemcore.database import read
from tests import factories
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.database import superuser
from tests.provider_fixtures import Providers
from tests.queries import count_queries

JOIN = "/v1/classes/join"
GENERATE = "/v1/llm/generate"
EMBED = "/v1/llm/embeddings"
TEXT = {"system": "Answer.", "user": "What is light?"}


@pytest.fixture
def rates(settings: Any, one_window: None) -> dict[str, str | None]:
    """The rates in force, to be changed; none to begin with."""
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES)
    rates: dict[str, str | None] = settings.THROTTLE_RATES
    return rates


async def join(api: Api, user: Any, code: str, **headers: str) -> Any:
    body = {"user_id": str(user.id), "join_code": code}
    return await api.post(JOIN, body, user=user, headers=headers)


def counted() -> int:
    row = superuser().execute("SELECT sum(count)::int AS n FROM stem.throttle_counts").fetchone()
    assert row is not None
    return row["n"] or 0


# Join codes --------------------------------------------------------------------------------------


async def test_an_account_that_guesses_is_stopped(
    api: Api, cast: Cast, rates: dict[str, str | None]
) -> None:
    rates["join_user"] = "3/h"
    wrong = error_of(await join(api, cast.outsider, "NOPE"), 404, "class_not_found")
    for _ in range(2):
        await join(api, cast.outsider, "NOPE")
    answer = await join(api, cast.outsider, cast.classroom.join_code)
    throttled = error_of(answer, 429, "rate_limited")
    assert throttled["message"] == wrong["message"]
    assert 1 <= int(answer.headers["retry-after"]) <= 3600
    assert answer.json()["meta"]["retry_after_s"] == int(answer.headers["retry-after"])
    assert factories.count(Enrollment, user_id=cast.outsider.id) == 0


async def test_another_account_is_not_stopped_with_it(
    api: Api, cast: Cast, rates: dict[str, str | None]
) -> None:
    rates["join_user"] = "1/h"
    for _ in range(2):
        await join(api, cast.outsider, "NOPE")
    data_of(await join(api, cast.student, cast.classroom.join_code))


async def test_an_address_that_guesses_with_many_accounts_is_stopped(
    api: Api, cast: Cast, rates: dict[str, str | None]
) -> None:
    rates["join_address"] = "2/h"
    for user in (cast.student, cast.classmate):
        data_of(await join(api, user, cast.classroom.join_code))
    error_of(await join(api, cast.outsider, cast.classroom.join_code), 429, "rate_limited")
    elsewhere = {"x-forwarded-for": "203.0.113.9"}
    data_of(await join(api, cast.outsider, cast.classroom.join_code, **elsewhere))


async def test_all_together_are_stopped_at_the_services_ceiling(
    api: Api, cast: Cast, rates: dict[str, str | None]
) -> None:
    rates["join_service"] = "1/h"
    data_of(await join(api, cast.student, cast.classroom.join_code))
    error_of(await join(api, cast.classmate, cast.classroom.join_code), 429, "rate_limited")


async def test_a_school_behind_one_address_joins_at_once_by_default(api: Api, cast: Cast) -> None:
    students = [factories.user("student") for _ in range(40)]
    code = cast.classroom.join_code
    for answer in await asyncio.gather(*(join(api, student, code) for student in students)):
        data_of(answer)


# AI routes ---------------------------------------------------------------------------------------


async def test_exactly_the_rate_of_a_user_passes_of_many_at_once(
    api: Api, cast: Cast, providers: Providers, rates: dict[str, str | None]
) -> None:
    rates["ai_user"] = "7/h"
    body = {"inputs": ["light"]}
    answers = await asyncio.gather(*(api.post(EMBED, body, user=cast.teacher) for _ in range(40)))
    assert Counter(answer.status_code for answer in answers) == {200: 7, 429: 33}
    assert counted() == 40
    data_of(await api.post(EMBED, body, user=cast.student))


async def test_calls_without_a_user_count_for_the_service_alone(
    api: Api, providers: Providers, rates: dict[str, str | None]
) -> None:
    rates["ai_user"] = "1/h"
    for _ in range(3):
        data_of(await api.post(GENERATE, TEXT))
    assert counted() == 0
    rates["ai_service"] = "1/h"
    data_of(await api.post(GENERATE, TEXT))
    error_of(await api.post(GENERATE, TEXT), 429, "rate_limited")


async def test_guests_meet_their_own_limits_instead(
    api: Api, cast: Cast, providers: Providers, rates: dict[str, str | None]
) -> None:
    rates["ai_user"] = "1/h"
    body = {"inputs": ["light"], "sandbox_id": str(cast.sandbox_one.id)}
    for _ in range(2):
        data_of(await api.post(EMBED, body, user=cast.guest_one))


async def test_health_is_never_throttled(api: Api, rates: dict[str, str | None]) -> None:
    rates.update(dict.fromkeys(rates, "1/h"))
    for _ in range(3):
        data_of(await api.get("/healthz"))


async def test_requests_pass_when_they_cannot_be_counted(
    api: Api, cast: Cast, providers: Providers, rates: dict[str, str | None], database: Any
) -> None:
    rates["ai_user"] = "1/h"
    database.execute("ALTER TABLE stem.throttle_counts RENAME TO elsewhere")
    try:
        for _ in range(2):
            data_of(await api.post(EMBED, {"inputs": ["light"]}, user=cast.teacher))
    finally:
        database.execute("ALTER TABLE stem.elsewhere RENAME TO throttle_counts")


# Counters ----------------------------------------------------------------------------------------


async def test_counters_begin_anew_when_they_expire(database: Any) -> None:
    counters = PostgresCounters("", {})

    @read
    def first() -> tuple[bool, bool, int]:
        return counters.add("a", 1, 60), counters.add("a", 1, 60), counters.incr("a")

    assert await first() == (True, False, 2)
    database.execute("UPDATE stem.throttle_counts SET expires_at = now() - interval '1 s'")

    @read
    def later() -> tuple[bool, int]:
        return counters.add("a", 1, 60), counters.incr("a")

    assert await later() == (True, 2)


async def test_an_expired_counter_cannot_be_added_to(database: Any) -> None:
    counters = PostgresCounters("", {})

    @read
    def expired() -> None:
        counters.add("a", 1, 0)
        counters.incr("a")

    with pytest.raises(ValueError):
        await expired()


async def test_a_request_is_counted_by_one_statement(
    api: Api, cast: Cast, providers: Providers, rates: dict[str, str | None]
) -> None:
    rates["ai_service"] = "5/h"
    data_of(await api.post(GENERATE, TEXT))  # a new window also sweeps old counters
    with count_queries() as statements:
        data_of(await api.post(GENERATE, TEXT))
    assert len([sql for sql in statements if "throttle_counts" in sql]) == 1


async def test_expired_counters_are_swept(database: Any) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    database.execute("INSERT INTO stem.throttle_counts VALUES ('old', 5, %s)", [past])
    await read(PostgresCounters("", {}).add)("new", 1, 60)
    rows = database.execute("SELECT key FROM stem.throttle_counts").fetchall()
    assert [row["key"] for row in rows] == [":1:new"]


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A server that speaks Redis's protocol."""
    server = TcpFakeServer(("127.0.0.1", 0))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"redis://127.0.0.1:{server.server_address[1]}/0"
    server.shutdown()
    server.server_close()
    thread.join()


async def test_counts_are_kept_in_redis_where_one_is_named(
    api: Api,
    providers: Providers,
    rates: dict[str, str | None],
    settings: Any,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CACHE_URL", redis_url)
    settings.CACHES = {"default": await asyncio.to_thread(env.redis_cache, "CACHE_URL")}
    rates["ai_service"] = "3/h"
    answers = await asyncio.gather(*(api.post(GENERATE, TEXT) for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {200: 3, 429: 5}
    assert counted() == 0
    caches["default"].close()


async def test_requests_pass_when_redis_is_away(
    api: Api,
    providers: Providers,
    rates: dict[str, str | None],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CACHE_URL", "redis://127.0.0.1:1/0")
    settings.CACHES = {"default": await asyncio.to_thread(env.redis_cache, "CACHE_URL")}
    rates["ai_service"] = "1/h"
    for _ in range(2):
        data_of(await api.post(GENERATE, TEXT))


# Settings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["30/m", "100/10m", "1/s", "5/2d"])
def test_a_rate_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("THROTTLE_AI_SERVICE", value)
    assert env.rate("THROTTLE_AI_SERVICE", "off") == value


@pytest.mark.parametrize("value", ["0/m", "30", "m", "30/0m", "30/y", "-1/m", "30/m/m"])
def test_a_malformed_rate_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("THROTTLE_AI_SERVICE", value)
    with pytest.raises(SystemExit, match="THROTTLE_AI_SERVICE must be a rate"):
        env.rate("THROTTLE_AI_SERVICE", "off")


@pytest.mark.parametrize("value", ["locmem://", "redis", "memcache://127.0.0.1"])
def test_a_cache_that_is_not_shared_and_exact_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CACHE_URL", value)
    with pytest.raises(SystemExit, match="CACHE_URL must be a redis"):
        env.redis_cache("CACHE_URL")
