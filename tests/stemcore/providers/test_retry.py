"""A second try with the same provider."""

from time import monotonic
from typing import Any

import pytest

from stemcore.providers import ProviderError
from stemcore.providers.wire import retry_after_seconds
from tests.stemcore.providers.calls import ask, log_rows
from tests.stubs import steps


@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
@pytest.mark.parametrize(
    "step", [steps.error(429), steps.error(500), steps.error(503), steps.disconnect()]
)
async def test_it_tries_a_transient_failure_once_more(
    providers: Any, name: str, step: steps.Step
) -> None:
    providers.script(step, steps.answer("second"))
    result = await ask(default_provider=name)
    assert (result.provider, result.content) == (name, "second")
    rows = await log_rows()
    assert [(row.attempt, row.status) for row in rows] == [(1, "failed"), (2, "ok")]


async def test_it_tries_only_once_more(providers: Any) -> None:
    providers.openrouter.always(steps.error(503))
    assert (await ask()).provider == "openai"
    assert len(providers.openrouter.received) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
async def test_it_does_not_try_again_what_cannot_pass(providers: Any, status: int) -> None:
    providers.openrouter.always(steps.error(status))
    assert (await ask()).provider == "openai"
    assert len(providers.openrouter.received) == 1


async def test_it_does_not_try_again_when_the_credit_is_used_up(providers: Any) -> None:
    providers.openai.always(steps.error(429, code="insufficient_quota"))
    await ask(default_provider="openai")
    assert len(providers.openai.received) == 1


async def test_it_waits_as_long_as_it_is_told(providers: Any) -> None:
    providers.configure("openai")
    providers.script(steps.error(429, retry_after="0.6"), steps.answer("second"))
    started = monotonic()
    assert (await ask()).content == "second"
    assert monotonic() - started >= 0.6


async def test_it_waits_as_long_as_google_tells_in_the_body(providers: Any) -> None:
    providers.configure("gemini")
    providers.script(
        steps.raw(
            b'{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": ['
            b'{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.6s"}]}}',
            status=429,
        ),
        steps.answer("second"),
    )
    started = monotonic()
    assert (await ask()).content == "second"
    assert monotonic() - started >= 0.6


async def test_it_does_not_wait_longer_than_the_time_left(providers: Any) -> None:
    providers.configure("openai")
    providers.always(steps.error(429, retry_after="70"))
    started = monotonic()
    with pytest.raises(ProviderError, match="429"):
        await ask(60)
    assert monotonic() - started < 30
    assert len(providers.received) == 1


async def test_it_asks_somebody_else_rather_than_wait_long(providers: Any) -> None:
    providers.openrouter.always(steps.error(429, retry_after="20"))
    started = monotonic()
    assert (await ask(300)).provider == "openai"
    assert monotonic() - started < 10


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("0.5", 0.5),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
    ],
)
def test_it_reads_a_retry_after_header(value: str, seconds: float | None) -> None:
    assert retry_after_seconds({"retry-after": value}) == seconds
