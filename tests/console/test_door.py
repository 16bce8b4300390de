"""The door: attempts are counted, headers keep pages to themselves, idle sessions end."""

import re
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, connection, transaction
from django.test import Client, RequestFactory

from stemcore.console import door, site
from stemcore.console.failure import not_taken

PASSWORD = "a-long-password-of-the-tests"


@pytest.fixture
def account(database: Any, one_window: None) -> str:
    get_user_model().objects.create_user("mira", password=PASSWORD, is_staff=True)
    return "mira"


def attempt(name: str, password: str, address: str = "192.0.2.1") -> Any:
    sent = {"username": name, "password": password}
    return Client(REMOTE_ADDR=address).post("/admin/login/?next=/admin/", sent)


def test_it_lets_staff_in(account: str) -> None:
    assert attempt(account, PASSWORD).status_code == 302


def test_it_refuses_the_right_password_after_too_many_wrong_ones(
    account: str, settings: Any
) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "staff_account": "3/h"}
    for number in range(3):
        assert attempt(account, "wrong", f"192.0.2.{number}").status_code == 200
    answer = attempt("MIRA", PASSWORD, "192.0.2.9")
    assert answer.status_code == 200
    assert b"Too many attempts" in answer.content


def test_it_counts_an_address_over_accounts(account: str, settings: Any) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "staff_address": "3/h"}
    for number in range(3):
        attempt(f"somebody{number}", "wrong")
    assert b"Too many attempts" in attempt(account, PASSWORD).content
    assert attempt(account, PASSWORD, "192.0.2.77").status_code == 302


def test_a_forged_address_does_not_help(account: str, settings: Any) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "staff_address": "2/h"}
    for number in range(3):
        answer = Client(REMOTE_ADDR="192.0.2.1").post(
            "/admin/login/",
            {"username": f"x{number}", "password": "wrong"},
            HTTP_X_FORWARDED_FOR=f"10.0.0.{number}",
        )
    assert b"Too many attempts" in answer.content


def test_pages_keep_to_themselves(account: str) -> None:
    answer = Client().get("/admin/login/")
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert not re.search(rb"<script(?![^>]*\bsrc=)[^>]*>", answer.content)


def test_a_session_lives_on_while_it_is_used_and_ends_when_idle(
    account: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    client.login(username=account, password=PASSWORD)
    client.get("/admin/")
    first = client.session.get_expiry_date(), client.cookies["sessionid"]["expires"]
    monkeypatch.setattr(door, "TOUCH_EVERY_S", -1)
    used = client.session["used_at"]
    client.get("/admin/")
    assert client.session["used_at"] > used
    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE == 7200
    assert first


def test_a_page_that_waits_too_long_for_the_database_says_so(staff: Any, database: Any) -> None:
    client = staff()
    client.raise_request_exception = False
    with connection.cursor() as cursor, database.transaction():
        database.execute("LOCK TABLE stem.provider_calls")
        cursor.execute("SET lock_timeout = '50ms'")
        answer = client.get("/admin/stemcore/providercall/")
        cursor.execute("RESET lock_timeout")
    assert answer.status_code == 503
    assert b"did not answer in time" in answer.content


def test_a_page_that_fails_says_no_word_of_why(staff: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Any) -> Any:
        raise ValueError("SECRET-REASON")

    monkeypatch.setattr(site, "filled", fail)
    client = staff()
    client.raise_request_exception = False
    answer = client.get("/admin/")
    assert answer.status_code == 500
    assert b"This page failed" in answer.content
    assert b"SECRET" not in answer.content


def test_a_session_that_the_database_does_not_store_is_no_bad_request(
    staff: Any, database: Any
) -> None:
    client = staff()
    with connection.cursor() as cursor, database.transaction():
        database.execute("LOCK TABLE stem.django_session IN SHARE MODE")
        cursor.execute("SET lock_timeout = '50ms'")
        answer = client.get("/admin/")
        cursor.execute("RESET lock_timeout")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert b"did not answer in time" in answer.content


def shown_for(error: UpdateError) -> Any:
    """What is shown when a session was not stored, by Django's middleware, for this reason."""
    interrupted = SessionInterrupted()
    interrupted.__context__ = error
    return not_taken(RequestFactory().get("/admin/"), interrupted)


def test_neither_is_one_in_a_transaction_that_is_broken(staff: Any, database: Any) -> None:
    session = staff().session
    session["used_at"] = 0
    with suppress(DatabaseError), transaction.atomic():
        with suppress(DatabaseError):
            connection.cursor().execute("SELECT nothing")
        with pytest.raises(UpdateError) as raised:
            session.save()
    assert shown_for(raised.value).status_code == 503


def test_a_login_that_ended_meanwhile_says_so(staff: Any, database: Any) -> None:
    session = staff().session
    session["used_at"] = 0
    database.execute("DELETE FROM stem.django_session")
    with pytest.raises(UpdateError) as raised:
        session.save()
    answer = shown_for(raised.value)
    assert answer.status_code == 400
    assert b"log in again" in answer.content


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/admin/chat/chatmessage/?content__icontains=a", 400, b"no such address"),
        ("/admin/auth/user/", 403, b"roles do not allow"),
        ("/admin/nothing/", 404, b"no such page"),
    ],
)
def test_what_is_refused_can_be_read(
    staff: Any, settings: Any, path: str, status: int, words: bytes
) -> None:
    answer = staff("support").get(path)
    assert answer.status_code == status
    assert words in answer.content
    assert b"/admin/" in answer.content


def test_a_form_of_another_login_says_what_to_do(account: str) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/admin/login/", {"username": account, "password": PASSWORD})
    assert answer.status_code == 403
    assert b"reload the page" in answer.content
