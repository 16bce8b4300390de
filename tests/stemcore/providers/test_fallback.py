"""What happens when a provider fails, in each way that one can fail."""

from typing import Any

import pytest

from stemcore.providers import ProviderError, ProviderTimedOut
from tests.stemcore.providers.calls import ask, log_rows
from tests.stubs import steps

FAILURES = {
    "timeout": (steps.hang(), "timeout"),
    "drip": (steps.drip(), "timeout"),
    "rate limit": (steps.error(429, retry_after="60"), "rate_limited"),
    "server error": (steps.error(500), "server_error"),
    "bad gateway": (steps.raw(b"<html>bad gateway</html>", 502, "text/html"), "server_error"),
    "bad key": (steps.error(401), "access"),
    "no credit": (steps.error(402), "access"),
    "bad request": (steps.error(400), "rejected"),
    "unknown model": (steps.error(404), "rejected"),
    "redirect": (
        steps.Step("raw", status=302, body=b"{}", headers={"Location": "http://127.0.0.1:1/"}),
        "rejected",
    ),
    "disconnect": (steps.disconnect(), "connection"),
    "malformed": (steps.malformed(), "malformed"),
    "not JSON": (steps.raw(b"plain words", content_type="text/plain"), "malformed"),
    "wrong shape": (steps.raw(b'{"choices": 3, "candidates": 3}'), "malformed"),
    "list": (steps.raw(b"[]"), "malformed"),
    "no choices": (steps.raw(b"{}"), "empty"),
    "empty text": (steps.answer(""), "empty"),
    "blank text": (steps.answer(" \n\t "), "empty"),
    "invisible text": (steps.answer("\u200b\u2060\n"), "empty"),
    "no text": (steps.answer(None, finish_reason="length"), "empty"),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
async def test_it_moves_on_to_the_next_provider(providers: Any, name: str, failure: str) -> None:
    step, error_kind = FAILURES[failure]
    other = "openai" if name == "gemini" else "gemini"
    providers.configure(name, other)
    getattr(providers, name).always(step)

    result = await ask(4 if error_kind == "timeout" else 30, default_provider=name)

    assert result.provider == other
    first, *_, last = await log_rows()
    assert (first.provider, first.status, first.error_kind) == (name, "failed", error_kind)
    assert (last.provider, last.status, last.error_kind) == (other, "ok", "")


@pytest.mark.parametrize("failure", FAILURES)
async def test_it_raises_when_the_only_provider_fails(providers: Any, failure: str) -> None:
    step, error_kind = FAILURES[failure]
    providers.configure("openai")
    providers.always(step)
    with pytest.raises(ProviderError, match="openai") as raised:
        await ask(0.3 if error_kind == "timeout" else 5)
    assert isinstance(raised.value, ProviderTimedOut) == (error_kind == "timeout")
    assert (raised.value.status, raised.value.code) == (502, "provider_error")


async def test_it_reports_the_last_provider_that_was_asked(providers: Any) -> None:
    providers.openrouter.always(steps.error(401, code="invalid_api_key"))
    providers.openai.always(steps.answer(""))
    providers.gemini.always(steps.error(403, code="permission_denied"))
    with pytest.raises(ProviderError) as raised:
        await ask()
    assert raised.value.message == "gemini answered with status 403 (PERMISSION_DENIED)."


async def test_it_moves_on_from_a_closed_port(providers: Any) -> None:
    providers.configure("openai", "gemini")
    providers.configure("openai", "gemini", base_url="http://127.0.0.1:1/v1")
    with pytest.raises(ProviderError, match="gemini could not be reached"):
        await ask(3)
    assert [row.error_kind for row in await log_rows()] == ["connection"] * 4


async def test_it_reads_an_error_that_openrouter_sends_with_status_200(providers: Any) -> None:
    providers.openrouter.script(steps.raw(b'{"error": {"code": 503, "message": "no host"}}'))
    providers.openrouter.script(steps.answer("second try"))
    result = await ask()
    assert (result.provider, result.content) == ("openrouter", "second try")


async def test_it_counts_a_refusal_as_failed(providers: Any) -> None:
    providers.configure("openai")
    message = b'{"choices": [{"message": {"content": null, "refusal": "I will not"}}]}'
    providers.always(steps.raw(message))
    with pytest.raises(ProviderError, match="openai refused to answer"):
        await ask()


async def test_it_counts_a_blocked_prompt_as_failed(providers: Any) -> None:
    providers.configure("gemini")
    providers.always(steps.raw(b'{"promptFeedback": {"blockReason": "SAFETY"}}'))
    with pytest.raises(ProviderError, match="gemini refused the prompt"):
        await ask()
