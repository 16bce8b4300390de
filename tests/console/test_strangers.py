"""What each role may not do, tried by whoever writes addresses and forms by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from chat.models import ChatMessage, ChatSession
from stemcore.console.base import ConsoleAdmin
from tests import factories
from tests.cast import Cast

Staff = Callable[..., Client]
SECRET = "SECRET-WORDS"
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
ADMINS = [found for found in admin.site._registry.values() if isinstance(found, ConsoleAdmin)]
HEAVY = [(found.model, name) for found in ADMINS for name in found.heavy]

NOBODY = "00000000-0000-4000-8000-000000000000"
REFUSED = (302, 403)
"""403, or for a row that is not there the way back to the first page."""


def url_of(model: Any, page: str, *arguments: object) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return reverse(name, args=arguments)


@pytest.fixture
def told(cast: Cast) -> Cast:
    """A student has written something that nobody but `privacy` may read."""
    said = {"content": SECRET, "citations": [{"sourceLabel": SECRET, "rationale": SECRET}]}
    factories.chat_message(cast.session, "assistant", **said)
    factories.compaction(cast.session, summary_text=SECRET)
    return cast


def test_no_address_asks_about_a_text(staff: Staff, told: Cast) -> None:
    """Nor does a relation lead to one; the number of rows found would tell it, letter by letter."""
    client = staff()  # who may do everything
    for model, column in HEAVY:
        for how in ("", "__icontains", "__isnull"):
            answer = client.get(url_of(model, "changelist"), {column + how: "S"})
            assert answer.status_code == 400, (column, how)
    client = staff("support", "operations")
    for found in ADMINS:
        relations = [each.name for each in found.opts.get_fields() if each.is_relation]
        for name in relations:
            asked = {f"{name}__content__icontains": "S"}
            answer = client.get(url_of(found.model, "changelist"), asked)
            assert answer.status_code in (400, 403) or "e=1" in answer["location"], name


@pytest.mark.parametrize("roles", [("support",), ("support", "operations")])
def test_a_message_is_nowhere_in_sight(staff: Staff, told: Cast, roles: tuple[str, ...]) -> None:
    client, message = staff(*roles), ChatMessage.objects.get()
    pages = [
        url_of(ChatMessage, "changelist"),
        url_of(ChatMessage, "changelist") + f"?q={SECRET}",
        url_of(ChatMessage, "changelist") + "?o=content",
        url_of(ChatMessage, "change", message.id),
        url_of(ChatMessage, "change", message.id) + "?_to_field=content",
        url_of(ChatMessage, "history", message.id),
        url_of(ChatSession, "change", told.session.id),
        url_of(ChatSession, "history", told.session.id),
        reverse("admin:autocomplete")
        + f"?term={SECRET}&app_label=chat&model_name=chatmessage&field_name=session",
        f"/admin/search/?s={SECRET}",
    ]
    for page in pages:
        answer = client.get(page)
        shown = answer.content.replace(f'value="{SECRET}"'.encode(), b"")
        assert f"{SECRET}<".encode() not in shown, page
    answer = client.get(url_of(ChatMessage, "changelist"), {"q": SECRET})
    assert answer.context["cl"].result_count == 0


def test_each_opening_is_logged_without_the_text(staff: Staff, told: Cast) -> None:
    client, message = staff("support", "privacy"), ChatMessage.objects.get()
    assert SECRET in client.get(url_of(ChatMessage, "change", message.id)).content.decode()
    assert SECRET in client.get(url_of(ChatSession, "change", told.session.id)).content.decode()
    entries = LogEntry.objects.values_list("change_message", "object_repr")
    assert len(entries) == 2
    assert SECRET not in str([*entries])


ODD = [
    "%00",
    "_facets=1",
    "q=%00",
    "o=99.-7.x",
    "p=99999999999999999999",
    "created_at__gte=infinity",
    "archived_at__isempty=x",
    "_to_field=content",
    "user__password__startswith=p",
]
"""Addresses that somebody types, beside odd values of each column."""
VALUES = ["=%00", "=x", "=99999999999999999999", "__exact=", "__regex=(((", "__isnull=x", "__in=,"]


@pytest.mark.proof
def test_no_odd_address_breaks_a_list(staff: Staff, told: Cast) -> None:
    client = staff()
    client.raise_request_exception = False
    for found in ADMINS:
        url = url_of(found.model, "changelist")
        names = [each.attname for each in found.opts.concrete_fields]
        for query in (*ODD, *(name + value for name in names for value in VALUES)):
            status = client.get(f"{url}?{query}").status_code
            assert status < 500, (url, query)
            assert "password" not in query or status in (302, 400), url
    answer = client.get(
        "/admin/autocomplete/?app_label=chat&model_name=chatmessage&field_name=session&term=%00"
    )
    assert answer.status_code < 500


@pytest.mark.parametrize("key", ["x", "\0", "99999999999999999999"])
def test_no_odd_key_breaks_an_action(staff: Staff, told: Cast, key: str) -> None:
    client = staff("support", "operations")
    client.raise_request_exception = False
    for found in ADMINS:
        for action in found.row_actions:
            sent = {"action": action.name, "_selected_action": [key], "confirmed": "yes"}
            answer = client.post(url_of(found.model, "changelist"), sent)
            assert answer.status_code in (302, 400), (found.model, action.name)
    assert not LogEntry.objects.exists()


def test_no_form_writes_a_row(staff: Staff, told: Cast) -> None:
    client = staff("support", "operations", "privacy")  # rights only add up
    for model in MODELS:
        key = model._base_manager.values_list("pk", flat=True).first() or NOBODY
        before = model._base_manager.count()
        removal = {"action": "delete_selected", "_selected_action": [key], "post": "yes"}
        for url in (url_of(model, "add"), url_of(model, "change", key)):
            answer = client.post(url, {"title": "x", "name": "x", "status": "active"})
            assert answer.status_code in REFUSED, url
        answer = client.post(url_of(model, "delete", key), {"post": "yes"})
        assert answer.status_code in REFUSED, model
        client.post(url_of(model, "changelist"), removal)
        assert model._base_manager.count() == before
    assert not LogEntry.objects.exists()


def test_nobody_gives_themselves_a_right(staff: Staff, told: Cast) -> None:
    client = staff("support", "operations", "privacy")
    me = get_user_model().objects.get()
    more = {"username": me.username, "is_superuser": "on", "password1": "x", "password2": "x"}
    for page in (url_of(type(me), "change", me.id), f"/admin/auth/user/{me.id}/password/"):
        assert client.post(page, more).status_code == 403
    me.refresh_from_db()
    assert not me.is_superuser


def test_support_and_privacy_act_on_nothing(staff: Staff, told: Cast) -> None:
    client = staff("support", "privacy")
    for found in ADMINS:
        for action in found.row_actions:
            key = found.model._base_manager.values_list("pk", flat=True).first()
            url = url_of(found.model, action.name, key or NOBODY)
            answer = client.post(url, {"confirmed": "yes"})
            assert answer.status_code == (403 if key else 404), url
    assert not LogEntry.objects.exists()


def test_a_weak_password_is_refused(staff: Staff) -> None:
    new = {"old_password": "a-long-password-of-the-tests", "new_password1": "password1234"}
    answer = staff("support").post(
        "/admin/password_change/", {**new, "new_password2": "password1234"}
    )
    assert answer.status_code == 200
    assert b"too common" in answer.content
