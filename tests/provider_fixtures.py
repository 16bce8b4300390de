"""The stub of the AI providers as fixtures, loaded by conftest."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.stubs.providers import ProviderStub, StubProvider

KEY = "sk-secret-key-of-{name}-0123456789"
MODELS = {
    "openrouter": ("openai/gpt-4o-mini", "openai/text-embedding-3-small"),
    "openai": ("gpt-4o-mini", "text-embedding-3-small"),
    "gemini": ("gemini-2.0-flash", "gemini-embedding-001"),
}


@pytest.fixture(scope="session")
def provider_server() -> Iterator[ProviderStub]:
    stub = ProviderStub().start()
    yield stub
    stub.stop()


@pytest.fixture(scope="session")
async def open_clients() -> AsyncIterator[None]:
    """Closes what the gateway has opened in the tests' event loop."""
    yield
    from stemcore.runtime import runtime

    await runtime().close()


class Providers:
    """The stub, with the settings that lead the gateway to it."""

    def __init__(self, stub: ProviderStub, settings: Any) -> None:
        self.stub = stub
        self.settings = settings

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stub, name)

    def configure(self, *names: str, **changes: str) -> None:
        """Configures these providers and no others; `changes` are fields of their settings."""
        from stemcore.settings import ProviderSettings

        self.settings.PROVIDERS = {
            name: ProviderSettings(**{**self._fields(getattr(self.stub, name)), **changes})
            for name in names
        }

    def _fields(self, provider: StubProvider) -> dict[str, str]:
        model, embedding_model = MODELS[provider.name]
        return {
            "api_key": KEY.format(name=provider.name),
            "model": model,
            "embedding_model": embedding_model,
            "base_url": provider.base_url,
        }


def forget_lessons() -> None:
    """What one test's server refused, the next one's takes."""
    from stemcore.providers.registry import Adapters
    from stemcore.runtime import runtime

    for adapter in runtime().part(Adapters)._made.values():
        dialect = getattr(adapter, "_dialect", None)
        if dialect is not None:
            dialect.forget()


@pytest.fixture
async def providers(
    provider_server: ProviderStub,
    open_clients: None,
    settings: Any,
    database: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Providers]:
    """All three providers, stubbed, openrouter first; nothing scripted, no call logged.

    The log is written when a test flushes it, and at the end: else a request that is to change
    nothing might be compared with a moment before the rows of an earlier one were stored.
    """
    from stemcore.providers import call_log, prepare
    from stemcore.providers.gateway import breaker

    provider_server.reset()
    breaker.reset()
    monkeypatch.setattr(call_log, "FLUSH_EVERY_S", 3_600.0)
    settings.AI_PROVIDER_DEFAULT = "openrouter"
    providers = Providers(provider_server, settings)
    providers.configure("openrouter", "openai", "gemini")
    prepare()
    forget_lessons()
    yield providers
    await call_log.flush()
