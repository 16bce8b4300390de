"""The `api` fixture and what stands around it, loaded by conftest."""

from collections.abc import AsyncIterator, Iterator
from time import time
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tests.client import Api
from tests.stubs.supabase import AuthStub


@pytest.fixture
async def api(open_clients: None) -> AsyncIterator[Api]:
    """The application over HTTP semantics, without a socket."""
    from stemcore.asgi import application

    transport = httpx.ASGITransport(application, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
        yield Api(client)


@pytest.fixture
def one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window of a rate limit ends during the test, and each request is counted.

    Windows begin at moments of the clock, one for each key: any test may meet one. And a request
    that could not be counted within `PATIENCE_S` passes.
    """
    now = time()
    monkeypatch.setattr("django_ratelimit.core.time", SimpleNamespace(time=lambda: now))
    monkeypatch.setattr("stemcore.api.throttles.PATIENCE_S", 60.0)


@pytest.fixture
def auth_stub(settings: Any) -> Iterator[AuthStub]:
    """Supabase Auth on loopback, asked for every token."""
    stub = AuthStub()
    with stub.server:
        settings.SUPABASE_URL = stub.server.url
        settings.SUPABASE_JWT_VERIFICATION = "remote"
        yield stub
