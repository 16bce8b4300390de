"""The `api` fixture, loaded by conftest."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.client import Api


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """The application over HTTP semantics, without a socket."""
    from stemcore.asgi import application

    transport = httpx.ASGITransport(application, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
        yield Api(client)
