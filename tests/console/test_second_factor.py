"""The second factor: asked for behind the password wherever it must be, taken once, recoverable."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from stemcore.console.second_factor import devices
from tests.cast import Cast
from tests.console.test_commands import said

PASSWORD = "a-long-password-of-the-tests"
ASK, SETUP = "/admin/second-factor/", "/admin/second-factor/setup/"
OPEN = {"/admin/login/", "/admin/logout/", ASK, SETUP}
"""Addresses that who has shown a password alone may ask."""


@pytest.fixture
def account(database: Any, settings: Any, one_window: None) -> Any:
    settings.STAFF_SECOND_FACTOR = "optional"
    return get_user_model().objects.create_superuser("mira", password=PASSWORD)


def come(client: Client | None = None) -> Client:
    """A visitor who has shown the password."""
    found = client or Client()
    answer = found.post("/admin/login/", {"username": "mira", "password": PASSWORD})
    assert answer.status_code == 302
    return found


def shown(step: int = 0) -> str:
    """What the app of the account shows so many steps from now."""
    device = TOTPDevice.objects.get()
    totp = TOTP(device.bin_key)
    totp.drift = step
    return f"{totp.token():06}"


def set_up() -> tuple[Client, list[str]]:
    """A visitor who has set up a second factor, and the codes to recover with."""
    client = come()
    client.get(SETUP)
    answer = client.post(SETUP, {"code": shown()})
    return client, [str(code) for code in answer.context["codes"]]


def answer_of(client: Client, code: str, **more: str) -> str:
    """The page behind a code: where it leads, or what it says of the code."""
    answer = client.post(ASK, {"code": code, **more})
    if answer.status_code == 302:
        return str(answer["location"])
    return " ".join(answer.context["form"].errors.get("code", []))


def test_switched_off_nobody_is_asked(account: Any, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = "off"
    client = come()
    assert client.get("/admin/").status_code == 200
    assert client.get(ASK).status_code == client.get(SETUP).status_code == 404
    assert b"Second factor" not in client.get("/admin/").content


def test_optional_means_that_who_has_none_is_not_asked(account: Any) -> None:
    client = come()
    page = client.get("/admin/")
    assert page.status_code == 200
    assert ASK.encode() in page.content
    assert client.get(ASK)["location"].startswith(SETUP)


def test_required_leads_to_the_setup_and_nowhere_else(account: Any, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = "required"
    client = come()
    answer = client.get("/admin/chat/chatsession/?q=x", follow=True)
    assert answer.redirect_chain[-1][0].startswith(SETUP)
    assert "next=%2Fadmin%2Fchat" in answer.redirect_chain[-1][0]
    assert answer.status_code == 200
    assert b"Not now" not in answer.content


def test_who_sets_it_up_is_in_and_is_asked_next_time(account: Any) -> None:
    client, codes = set_up()
    assert len(set(codes)) == devices.CODES
    assert client.get("/admin/").status_code == 200
    other = come()
    assert other.get("/admin/", follow=True).redirect_chain[-1][0].startswith(ASK)
    assert answer_of(other, shown(1)) == "/admin/"
    assert other.get("/admin/").status_code == 200
    assert [entry.change_message for entry in LogEntry.objects.all()] == ["Set up a second factor."]


def test_a_code_is_taken_once(account: Any) -> None:
    client = come()
    client.get(SETUP)
    code = shown()
    client.post(SETUP, {"code": code})
    assert "has been used" in answer_of(come(), code)


def test_a_wrong_code_makes_the_right_one_wait(account: Any) -> None:
    set_up()
    client = come()
    wrong = f"{(int(shown()) + 1) % 1_000_000:06}"
    TOTPDevice.objects.update(throttling_failure_count=9)  # the pause is minutes by now
    assert "not right" in answer_of(client, wrong)
    assert "try again in" in answer_of(client, shown(1))
    assert client.get("/admin/").status_code == 302


def test_codes_are_counted_as_passwords_are(account: Any, settings: Any) -> None:
    set_up()
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "staff_account": "3/h"}
    client = come()
    for number in range(3):
        answer_of(client, f"wrong-wrong{number}")
    assert "Too many attempts" in answer_of(client, shown(1))


def test_a_recovery_code_lets_in_once_however_it_is_typed(account: Any) -> None:
    _, codes = set_up()
    assert answer_of(come(), codes[0].upper().replace("-", " ")) == "/admin/"
    assert "not right" in answer_of(come(), codes[0])
    assert devices.codes_left(account) == devices.CODES - 1
    assert f"{devices.CODES - 1} are left" in LogEntry.objects.latest("pk").change_message


def test_no_recovery_code_is_stored(account: Any) -> None:
    _, codes = set_up()
    stored = {*StaticToken.objects.values_list("token", flat=True)}
    assert not stored & {code.replace("-", "") for code in codes}
    assert {len(token) for token in stored} == {16}


def test_nobody_comes_in_with_the_codes_of_another(account: Any) -> None:
    _, codes = set_up()
    get_user_model().objects.create_superuser("omar", password=PASSWORD)
    other = Client()
    other.post("/admin/login/", {"username": "omar", "password": PASSWORD})
    other.get(SETUP)
    own = TOTP(TOTPDevice.objects.get(user__username="omar").bin_key)
    other.post(SETUP, {"code": f"{own.token():06}"})
    thief = Client()
    thief.post("/admin/login/", {"username": "omar", "password": PASSWORD})
    assert "not right" in answer_of(thief, codes[0])


def test_new_codes_and_removal_want_a_code(account: Any) -> None:
    client, codes = set_up()
    assert "not right" in answer_of(client, "aaaaa-aaaaa", what="remove")
    assert TOTPDevice.objects.filter(confirmed=True).exists()
    answer = client.post(ASK, {"code": shown(1), "what": "renew"})
    renewed = answer.context["codes"]
    assert not {*codes} & {*renewed}
    assert "not right" in answer_of(client, codes[0], what="remove")
    StaticDevice.objects.get().throttle_reset()
    assert answer_of(client, renewed[0], what="remove") == "/admin/"
    assert not TOTPDevice.objects.exists()
    assert client.get("/admin/").status_code == 200


def test_a_session_of_before_is_asked_too(account: Any) -> None:
    before = come()
    assert before.get("/admin/").status_code == 200
    set_up()
    assert before.get("/admin/").status_code == 302


def test_the_address_behind_it_stays_on_this_host(account: Any) -> None:
    set_up()
    client = come()
    answer = client.post(f"{ASK}?next=https://elsewhere.example/", {"code": shown(1)})
    assert answer["location"] == "/admin/"


def test_the_command_always_helps(account: Any) -> None:
    client, _ = set_up()
    assert "second factor" in said("staff", "list")
    new = said("staff", "reset", "mira").splitlines()[1]
    assert client.get("/admin/").status_code == 302
    assert not TOTPDevice.objects.exists()
    assert "second factor is removed" in LogEntry.objects.latest("pk").change_message
    again = Client()
    again.post("/admin/login/", {"username": "mira", "password": new})
    assert again.get("/admin/").status_code == 200
    call_command("staff", "list")


def test_the_page_asks_no_other_host_and_shows_no_script(account: Any) -> None:
    client = come()
    page = client.get(SETUP).content.decode()
    assert "<svg" in page
    assert "<script>" not in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def _addresses(patterns: Any, before: str = "/admin/") -> Iterator[str]:
    """Every address of the admin, with a row's key where one is wanted."""
    for each in patterns:
        route = str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _addresses(each.url_patterns, before + route)
        elif isinstance(each, URLPattern):
            yield re.sub(r"<[^>]*>", "1", before + route).replace("^", "").replace("$", "")


def test_a_password_alone_opens_no_page(account: Any, cast: Cast) -> None:
    set_up()
    client = come()
    asked = [one for one in _addresses(admin.site.get_urls()) if one not in OPEN]
    assert len(asked) > 100
    for address in asked:
        if "(" in address:  # the page of an app, and what matches everything
            address = "/admin/chat/"
        for send in (client.get, client.post):
            answer = send(address)
            assert (answer.status_code, answer["location"][:13]) == (302, "/admin/login/"), address


def test_no_page_shows_a_key(account: Any) -> None:
    client, _ = set_up()
    assert client.get("/admin/otp_totp/totpdevice/").status_code == 404
    assert client.get("/admin/auth/user/").status_code == 200
