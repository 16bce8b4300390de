"""The page at `/docs`: without a key everywhere but in the demo, where a click is enough."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from stemcore.docs import views
from stemcore.embedded.demo.people import TEACHER_ID
from tests.client import Api
from tests.console.browser import CHROMIUM, Desk, chromium
from tests.contract import document
from tests.demo import Demo, filled_in, running_demo
from tests.processes import environment, shell

NEEDS_CHROMIUM = pytest.mark.skipif(
    not CHROMIUM, reason="no Chromium: apt-get install chromium, and this test runs"
)
ASK = """
import asyncio, httpx
from stemcore.asgi import application
async def ask():
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        for path in ("/docs", "/docs/openapi.yaml"):
            answer = await client.get(path)
            print(answer.status_code, answer.json()["error"]["code"])
asyncio.run(ask())
"""


async def test_a_service_fills_in_nothing(api: Api, settings: Any) -> None:
    page = await api.get("/docs", headers={"host": "testserver"})
    assert filled_in(page) is None
    assert settings.PYTHON_BACKEND_API_KEY not in page.text
    assert views.fill_in is None


async def test_it_takes_no_script_but_our_files(api: Api) -> None:
    page = await api.get("/docs", headers={"host": "testserver"})
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"
    assert not re.findall(r'(?:src|href)="(?!/)', page.text)


async def test_the_document_is_the_one_checked_in(api: Api, settings: Any) -> None:
    answer = await api.get("/docs/openapi.yaml", headers={"host": "testserver"})
    assert answer.content == settings.OPENAPI_FILE.read_bytes()


@pytest.mark.parametrize(("typed", "meant"), [("/admin", "/admin/"), ("/docs/", "/docs")])
async def test_it_is_found_with_a_slash_more_or_less(api: Api, typed: str, meant: str) -> None:
    answer = await api.get(typed, headers={"host": "testserver"})
    assert (answer.status_code, answer.headers["location"]) == (302, meant)


async def test_a_name_that_is_not_ours_gets_no_page(api: Api) -> None:
    assert (await api.get("/docs", headers={"host": "evil.example"})).status_code == 400


@pytest.mark.proof
def test_it_is_shut_outside_debug_unless_asked_for() -> None:
    variables = environment(
        DJANGO_SETTINGS_MODULE="stemcore.settings",
        DJANGO_SECRET_KEY="secret-of-a-test",
        DJANGO_ALLOWED_HOSTS="localhost",
        DATABASE_URL="postgresql://nobody@/unset?host=/nonexistent",
        LOG_LEVEL="error",
    )
    done = shell(f"python -c '{ASK}'", variables)
    assert done.stdout.splitlines() == ["404 not_found"] * 2, done.stderr


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with running_demo() as running:
        yield running


@pytest.mark.proof
def test_each_example_works_in_the_demo(demo: Demo) -> None:
    refused = {}
    for path, methods in document()["paths"].items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        for title, example in content.get("application/json", {}).get("examples", {}).items():
            body = example["value"]
            answer = demo.post(path, body, body.get("user_id", TEACHER_ID))
            if answer.status_code != 200:
                refused[path, title] = answer.text
    assert refused == {}


@pytest.mark.proof
@NEEDS_CHROMIUM
def test_one_click_gets_a_real_answer(demo: Demo) -> None:
    with chromium() as browser:
        desk = Desk(browser, demo.url)
        hosts: set[str] = set()
        desk.page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page = desk.open("/docs#/Chat%20workspace/chatWorkspaceMessagesSend")
        page.locator("button.execute").click()
        answer = page.locator(".live-responses-table .response").first
        expect(answer.locator(".response-col_status")).to_contain_text("200")
        expect(answer.locator(".response-col_description")).to_contain_text("manganese")
    assert hosts == {demo.url.removeprefix("http://")}
    assert desk.complaints == []
