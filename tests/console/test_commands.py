"""`manage.py staff` and `manage.py person`."""

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from analytics.models import InsightsSnapshot
from chat.models import ChatCompaction, ChatMessage
from stemcore.models import ProviderCall
from tests import factories
from tests.cast import Cast
from tests.console.calls import call


def said(*command: str, **options: Any) -> str:
    out = StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


def test_staff_makes_an_account_whose_password_it_shows_once(database: Any) -> None:
    name, password, *_ = said("staff", "create", "mira", "--role", "support").splitlines()
    account = authenticate(username=name, password=password)
    assert account is not None
    assert account.is_staff
    assert not account.is_superuser
    assert account.has_perm("chat.view_chatsession")
    assert not account.has_perm("chat.read_message_text")
    assert not account.has_perm("stemcore.change_guestsandbox")
    assert password not in said("staff", "list")


def test_staff_wants_a_role_and_another_name(database: Any) -> None:
    with pytest.raises(CommandError, match="Name a role"):
        said("staff", "create", "mira")
    said("staff", "create", "mira", "--role", "privacy")
    with pytest.raises(CommandError, match="staff reset Mira"):
        said("staff", "create", "Mira", "--role", "privacy")
    assert get_user_model().objects.count() == 1


def test_staff_resets_a_password(database: Any) -> None:
    _, old, *_ = said("staff", "create", "mira", "--role", "support").splitlines()
    _, new, *_ = said("staff", "reset", "mira").splitlines()
    assert authenticate(username="mira", password=old) is None
    assert authenticate(username="mira", password=new) is not None


@pytest.fixture
def known(cast: Cast) -> Cast:
    """The student has left something everywhere, and so has a classmate."""
    for person, words in ((cast.student, "sams words"), (cast.classmate, "cleos words")):
        session = factories.chat_session(cast.classroom, person)
        factories.chat_message(session, content=words)
        factories.compaction(session, summary_text=words)
        call(user_id=person.id, class_id=cast.classroom.id, request_id="some-request")
    students = [{"student_id": str(cast.student.id), "display_name": "Sam S."}]
    factories.insights(cast.classroom, {"students": students})
    factories.insights(cast.other_classroom, {"students": []})
    return cast


def test_person_exports_what_is_held_of_them_and_of_nobody_else(known: Cast) -> None:
    text = said("person", "export", str(known.student.id))
    held = json.loads(text)
    assert [each["content"] for each in held["chat messages"]] == ["sams words"]
    assert len(held["AI calls"]) == len(held["reports that name them"]) == 1
    assert held["profile"][0]["display_name"] == "Sam Student"
    assert "cleos words" not in text


def test_person_forgets_what_is_ours_and_names_the_rest(known: Cast) -> None:
    told = said("person", "forget", str(known.student.id), "--yes")
    assert "1  AI calls: removed or unlinked" in told
    assert "1  chat messages: only the platform may delete these" in told
    assert {each.summary_text for each in factories.rows(ChatCompaction)} == {"cleos words"}
    assert {*ProviderCall.objects.values_list("user_id", flat=True)} == {None, known.classmate.id}
    assert len(factories.rows(InsightsSnapshot)) == 1
    assert len(factories.rows(ChatMessage)) == 2


def test_person_changes_nothing_without_a_yes(known: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(""))
    with pytest.raises(CommandError, match="Nothing was changed"):
        said("person", "forget", str(known.student.id))
    assert len(factories.rows(ChatCompaction)) == 2
