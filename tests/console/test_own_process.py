"""The console in a process of its own: each process answers its part and knows not of the other."""

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from stemcore.embedded.server import ServerHandle
from stemcore.server import CONSOLE_NICENESS
from tests.service import Service, service

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module", params=["api", "console"])
def part(
    request: pytest.FixtureRequest,
    database_server: ServerHandle,
    filled_database: Any,
    worker_id: str,
) -> Iterator[tuple[str, Service]]:
    """A process that serves that part alone."""
    with service(database_server, f"test_{worker_id}", {"SERVE": request.param}) as running:
        yield request.param, running


def test_it_answers_its_own_routes_alone(part: tuple[str, Service]) -> None:
    serves, running = part
    headers = {"x-forwarded-proto": "https"}
    with httpx.Client(base_url=running.url, headers=headers, timeout=60, trust_env=False) as client:
        pages = [client.get("/admin/login/"), client.get("/admin")]
        call = client.post("/v1/llm/generate", json={})
        assert client.get("/healthz").json()["ok"]
        assert client.get("/readyz").json()["ok"]
    if serves == "console":
        assert [page.status_code for page in pages] == [200, 302]
        assert (call.status_code, call.json()["error"]["code"]) == (404, "not_found")
    else:
        assert [page.json()["error"]["code"] for page in pages] == ["not_found"] * 2
        assert [page.status_code for page in pages] == [404] * 2
        assert call.status_code == 401


def test_the_console_stands_back_behind_the_api(part: tuple[str, Service]) -> None:
    serves, running = part
    niceness = os.getpriority(os.PRIO_PROCESS, running.process.pid)
    behind = CONSOLE_NICENESS if serves == "console" else 0
    assert niceness == os.getpriority(os.PRIO_PROCESS, 0) + behind
