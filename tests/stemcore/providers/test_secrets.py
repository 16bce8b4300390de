"""Keys go into headers and nowhere else; prompts go to the provider and nowhere else."""

import logging
from typing import Any

import pytest

from stemcore.providers import ProviderError
from stemcore.runtime import run
from tests.stemcore.providers.calls import ask, embed_texts
from tests.stubs import steps

LEAKS = ("sk-secret", "Zelda", "Quux", "careful tutor", "127.0.0.1", "http://", "Bearer")


@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
async def test_it_sends_the_key_in_a_header_only(providers: Any, name: str) -> None:
    await ask(default_provider=name)
    await embed_texts("text", default_provider=name)
    for request in providers.received:
        assert any("sk-secret" in value for value in request.headers.values())
        assert request.query == ""
        assert "sk-secret" not in f"{request.path} {request.body}"


@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
@pytest.mark.parametrize(
    "step",
    [
        steps.error(400, code="sk-secret-key-of-openai-0123456789"),
        steps.error(401, code="http://127.0.0.1/Zelda"),
        steps.error(500, code="Zelda" * 40),
        steps.raw(b'{"choices": [{"message": {"content": 5, "x": "sk-secret Zelda"}}]}'),
        steps.answer("", finish_reason="Zelda Quux sk-secret"),
        steps.disconnect(),
        steps.hang(),
    ],
)
async def test_it_repeats_neither_key_nor_prompt_nor_address(
    providers: Any, caplog: pytest.LogCaptureFixture, name: str, step: steps.Step
) -> None:
    caplog.set_level(logging.DEBUG, "stemcore")
    providers.configure(name)
    providers.always(step)
    with pytest.raises(ProviderError) as raised:
        await ask(0.4)
    for leak in LEAKS:
        assert leak not in raised.value.message
        assert leak not in caplog.text
    assert raised.value.__cause__ is None
    assert "provider_attempt_failed" in caplog.text


async def test_it_logs_no_failures_when_told_so(
    providers: Any, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.PYTHON_BACKEND_LOG_PROVIDER_FAILURES = False
    providers.always(steps.error(401))
    with pytest.raises(ProviderError):
        await ask()
    assert "provider_attempt_failed" not in caplog.text


@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
async def test_it_follows_no_redirect(providers: Any, name: str) -> None:
    providers.configure(name)
    there = providers.openai.base_url + "/elsewhere"
    providers.always(steps.Step("raw", status=307, body=b"{}", headers={"Location": there}))
    with pytest.raises(ProviderError, match="307"):
        await ask()
    assert len(providers.received) == 1


@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
def test_it_ignores_proxies_and_accounts_of_the_environment(
    providers: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-somebody")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "key-of-somebody")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Team: of-somebody\nAuthorization: of-somebody")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", "of-somebody")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("GOOGLE_API_KEY", "key-of-somebody")

    async def ask_both() -> None:
        assert (await ask(default_provider=name)).provider == name
        assert (await embed_texts("text", default_provider=name)).provider == name

    run(ask_both())
    for request in providers.received:
        assert "of-somebody" not in f"{request.path}{request.headers}"
        assert "x-team" not in request.headers


async def test_it_sends_no_cookie_back(providers: Any) -> None:
    for name in ("openai", "gemini"):
        providers.configure(name)
        cookie = {"Set-Cookie": "tracked=yes; Path=/"}
        providers.script(steps.Step("raw", status=400, body=b"{}", headers=cookie))
        with pytest.raises(ProviderError):
            await ask()
        await ask()
    assert all("cookie" not in request.headers for request in providers.received)
