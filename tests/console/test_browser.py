"""The console as staff see it: a real browser before a real service process.

Needs Chromium (Debian's package `chromium`); screenshots are kept in `.data/screenshots`.
"""

import os
import re
import subprocess
import sys
from base64 import b32decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse
from django_otp.oath import TOTP
from playwright.sync_api import Browser, Locator, Page, expect

from stemcore.console.roles import make_roles
from stemcore.embedded.platform import LOGIN
from stemcore.embedded.server import ServerHandle
from tests import database as test_database
from tests.cast import Cast, make_cast
from tests.console.browser import CHROMIUM, NARROW, WIDE, Desk, chromium
from tests.console.scene import FAILED, FAILED_FILE, set_scene
from tests.materials import files
from tests.materials.worker_process import worker
from tests.service import Service, environment, service
from tests.stubs.supabase import StorageStub
from tests.tokens import access_token

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(
        not CHROMIUM, reason="no Chromium: apt-get install chromium, and these tests run"
    ),
]

PASSWORD = "a-long-password-of-the-browser-tests"
FORGETFUL = "staff-with-a-second-factor"
SHOTS = Path(os.environ.get("CONSOLE_SHOTS", ".data/screenshots"))
SERIOUS = {"serious", "critical"}
FEW_ROWS = """
document.querySelectorAll("#result_list tbody tr").forEach((row, n) => n < 5 || row.remove())
"""


@dataclass(frozen=True)
class Office:
    """A running service with a school in it, and a browser."""

    service: Service
    server: ServerHandle
    database: str
    browser: Browser
    cast: Cast
    paths: dict[str, str]
    pages: list[str]

    def desk(self, *roles: str) -> Desk:
        """A desk of a member of the staff with these roles, logged in; without, a superuser's."""
        name = f"staff-{'-'.join(roles)}"
        desk = Desk(self.browser, self.service.url)
        desk.log_in(name, PASSWORD)
        return desk


def _pages(model: Any) -> list[str]:
    """The list of a model and the page of one of its rows."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    key = model._base_manager.values_list("pk", flat=True)[:1].get()
    return [reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[key])]


@pytest.fixture(scope="module")
def office(
    database_server: ServerHandle,
    filled_database: Any,
    worker_id: str,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    test_database.empty()
    with django_db_blocker.unblock():
        cast = make_cast()
        paths = set_scene(cast)
        make_roles()
        for roles in (("support",), ("support", "operations"), ("support", "privacy")):
            account = get_user_model().objects.create_user(
                f"staff-{'-'.join(roles)}", password=PASSWORD, is_staff=True
            )
            account.groups.set(Group.objects.filter(name__in=roles))
        get_user_model().objects.create_superuser(FORGETFUL, password=PASSWORD)
        head = get_user_model().objects.create_superuser("staff-", password=PASSWORD)
        LogEntry.objects.create(user=head, action_flag=CHANGE, change_message="Reset usage")
        pages = [url for model in admin.site._registry for url in _pages(model)]
    from django.conf import settings

    environ = {
        "AI_PROVIDER_DEFAULT": "offline",
        "PYTHON_BACKEND_API_KEY": settings.PYTHON_BACKEND_API_KEY,
        "SUPABASE_URL": settings.SUPABASE_URL,
        "SUPABASE_JWT_VERIFICATION": "local",
        "SUPABASE_JWT_SECRET": settings.SUPABASE_JWT_SECRET,
        "GUEST_EMBEDDING_LIMIT": "15",
        "STAFF_SECOND_FACTOR": "optional",
        "STATIC_FILES_DIR": str(tmp_path_factory.mktemp("static")),
    }
    database = f"test_{worker_id}"
    collect = "manage.py collectstatic --no-input --verbosity 0"
    known = {**os.environ, **environment(database_server.url(database, LOGIN)), **environ}
    subprocess.run([sys.executable, *collect.split()], env=known, check=True)
    with (
        service(database_server, database, environ) as running,
        chromium() as browser,
    ):
        yield Office(running, database_server, database, browser, cast, paths, pages)


@pytest.fixture
def bucket() -> Iterator[StorageStub]:
    """The bucket of uploaded files, with one that can be read where the other could not."""
    text = files.text_pdf("Stomata let carbon dioxide in.")
    stub = StorageStub("service-role-key-of-the-tests", {FAILED_FILE: text})
    with stub.server:
        yield stub


def embed(office: Office) -> httpx.Response:
    """A guest's use of a feature, as the web app asks for it."""
    guest, sandbox = office.cast.guest_one, office.cast.sandbox_one
    from django.conf import settings

    return httpx.post(
        f"{office.service.url}/v1/llm/embeddings",
        json={"inputs": ["light"], "sandbox_id": str(sandbox.id)},
        headers={
            "x-api-key": settings.PYTHON_BACKEND_API_KEY,
            "authorization": f"Bearer {access_token(guest.id, anonymous=True)}",
        },
        timeout=60,
        trust_env=False,
    )


def _figure(page: Page, title: str) -> Locator:
    """The link behind a figure of the dashboard."""
    named = page.locator("dl.console-figures dt", has_text=re.compile(f"^{title}$"))
    return named.locator("..").locator("a")


def test_a_figure_of_the_dashboard_leads_to_its_rows(office: Office) -> None:
    desk = office.desk("support")
    page = desk.open("/admin/?span=day")
    number = _figure(page, "Failed").inner_text()
    _figure(page, "Failed").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(min(50, int(number)))
    assert desk.complaints == []


def test_a_reset_sandbox_lets_its_guest_in_again(office: Office) -> None:
    assert embed(office).status_code == 429
    desk = office.desk("support", "operations")
    page = desk.open(f"/admin/stemcore/guestsandbox/{office.cast.sandbox_one.id}/change/")
    page.get_by_role("link", name="Reset usage").click()
    page.get_by_role("button", name="Reset usage").click()
    expect(page.get_by_text("used nothing any more")).to_be_visible()
    assert embed(office).status_code == 200
    assert desk.complaints == []


def test_a_failed_material_is_queued_again_and_processed(
    office: Office, bucket: StorageStub
) -> None:
    desk = office.desk("support", "operations")
    page = desk.open("/admin/")
    _figure(page, "Failed materials").click()
    page.check("input.action-select")
    page.select_option("select[name=action]", label="Process anew")
    page.click("button[name=index]")
    page.get_by_role("button", name="Process anew").click()
    expect(page.get_by_text("is queued, and a worker takes it up")).to_be_visible()
    with worker(office.server, office.database, bucket, "--batch", "1") as process:
        assert "1 succeeded, 0 failed" in process.communicate(timeout=120)[0]
    page = desk.open("/admin/materials/material/?status=ready")
    page.get_by_role("link", name=FAILED).click()
    page.locator("details.console-chunk summary").click()
    expect(page.get_by_text("Stomata let carbon dioxide in.")).to_be_visible()
    assert desk.complaints == []


def test_support_reads_no_messages(office: Office) -> None:
    page = office.desk("support").open(office.paths["session"])
    expect(page.get_by_text("shown to members of the role")).to_be_visible()
    assert "chlorophyll" not in page.content()


def test_privacy_reads_messages_and_is_logged(office: Office) -> None:
    desk = office.desk("support", "privacy")
    page = desk.open(office.paths["session"])
    expect(page.locator(".console-chat li.assistant").first).to_contain_text("chlorophyll")
    expect(page.locator(".console-source").first).to_be_visible()
    page = desk.open("/admin/admin/logentry/")
    expect(page.get_by_text("Read the messages of this chat.").first).to_be_visible()


def test_a_second_factor_from_its_picture_to_a_recovery_code(office: Office) -> None:
    """And what each of its pages looks like, to the eye and to people with aids."""
    desk, faults = Desk(office.browser, office.service.url), {}
    desk.open("/admin/login/")
    faults |= _looks(desk, "login")
    desk.log_in(FORGETFUL, PASSWORD)
    page = desk.open("/admin/second-factor/")
    expect(page.locator(".console-qr svg")).to_be_visible()
    faults |= _looks(desk, "second-factor-setup")
    page.get_by_text("No camera? Type the key").click()
    app = TOTP(b32decode(page.locator(".console-key").inner_text().replace(" ", "")))
    desk.show_code(f"{app.token():06}", ".console-codes")
    faults |= _looks(desk, "second-factor-codes")
    recovery = page.locator(".console-codes li").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_selector("#main")

    desk.log_out()
    desk.log_in(FORGETFUL, PASSWORD, "#code-form")
    faults |= _looks(desk, "second-factor")
    desk.show_code("000000" if app.token() else "111111", "text=not right")
    desk.show_code(recovery[0], "#main")

    desk.log_out()
    desk.log_in(FORGETFUL, PASSWORD, "#code-form")
    page.wait_for_timeout(1_000)  # as long as the wrong code holds the right one off
    app.drift = 1  # the code before was taken: this is the next one
    desk.show_code(f"{app.token():06}", "#main")
    page = desk.open("/admin/second-factor/")
    expect(page.get_by_text("9 are left")).to_be_visible()
    faults |= _looks(desk, "second-factor-own")
    assert faults == {}
    assert desk.complaints == []


def _looks(desk: Desk, name: str) -> dict[str, list[str]]:
    """Takes pictures of the page that is open; returns its serious faults by its looks."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    faults = {}
    for dark in (False, True):
        for width in (WIDE, NARROW):
            look = f"{name}-{'dark' if dark else 'light'}-{width}"
            desk.look(dark=dark, width=width)
            desk.page.screenshot(path=SHOTS / f"{look}.png", full_page=width == NARROW)
            assert _overflow(desk) <= 0, look
            if found := _faults(desk, "#page"):
                faults[look] = found
    return faults


def test_pages_look_right_and_can_be_used_by_everybody(office: Office) -> None:
    """Takes the screenshots; no page has a serious fault of ours for people with aids."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    desk, faults = office.desk("support", "privacy"), {}
    for name, path in office.paths.items():
        for dark in (False, True):
            for width in (WIDE, NARROW):
                look = f"{name}-{'dark' if dark else 'light'}-{width}"
                desk.shot(path, SHOTS / f"{look}.png", dark=dark, width=width)
                assert _overflow(desk) <= 0, look
            found = [each for each in _faults(desk) if each]
            if found:
                faults[f"{name} {'dark' if dark else 'light'}"] = found
    assert faults == {}
    assert desk.complaints == []


def test_no_list_and_no_page_has_a_serious_fault(office: Office) -> None:
    """Every model that is registered, and the pages that ask, refuse and log in."""
    desk, faults = office.desk(), {}
    sandbox = office.cast.sandbox_two.id
    asking = reverse("admin:stemcore_guestsandbox_expire", args=[sandbox])
    history = reverse("admin:stemcore_guestsandbox_history", args=[sandbox])
    for path in (*office.pages, asking, history, "/admin/password_change/"):
        desk.open(path)
        if found := _faults(desk):
            faults[path] = found
    assert faults == {}
    assert desk.complaints == []


def _overflow(desk: Desk) -> int:
    """By how many pixels the page is wider than the window."""
    return int(desk.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def _faults(desk: Desk, part: str = "#content") -> list[str]:
    """Serious findings of axe in a part of the page, of whose rows five are enough."""
    desk.page.evaluate(FEW_ROWS)
    found = Axe().run(desk.page, context=part, options={"resultTypes": ["violations"]})
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:150]}"
        for each in found.response["violations"]
        if each["impact"] in SERIOUS
    ]
