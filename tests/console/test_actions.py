"""Actions of the console: asked first, told row by row, logged, and only for who may."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from analytics.models import InsightsSnapshot, TeachingBriefSnapshot
from chat.models import ChatCompaction, ChatSession
from classes.models import Classroom
from materials.models import MaterialProcessingJob
from stemcore.models import GuestSandbox, GuestSessionQuota
from tests import factories
from tests.cast import Cast

Staff = Callable[..., Client]


def run(client: Client, row: Any, action: str, *, sure: bool = True) -> Any:
    name = f"{row._meta.app_label}_{row._meta.model_name}"
    data = {"action": action, "_selected_action": [str(row.pk)]}
    if sure:
        data["confirmed"] = "yes"
    return client.post(reverse(f"admin:{name}_changelist"), data, follow=True)


def told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


@pytest.fixture
def operator(staff: Staff) -> Client:
    return staff("support", "operations")


def test_it_asks_before_it_acts(operator: Client, cast: Cast) -> None:
    factories.update(cast.sandbox_one, chat_messages_used=9)
    answer = run(operator, cast.sandbox_one, "reset_usage", sure=False)
    assert b"Go back, change nothing" in answer.content
    assert factories.row(GuestSandbox, id=cast.sandbox_one.id).chat_messages_used == 9
    assert not LogEntry.objects.exists()


def test_it_resets_a_sandbox_and_logs_it(operator: Client, cast: Cast) -> None:
    factories.update(cast.sandbox_one, chat_messages_used=9, embedding_operations_used=15)
    answer = run(operator, cast.sandbox_one, "reset_usage")
    after = factories.row(GuestSandbox, id=cast.sandbox_one.id)
    assert (after.chat_messages_used, after.embedding_operations_used) == (0, 0)
    assert told(answer) == [f"{cast.sandbox_one}: has used nothing any more"]
    assert LogEntry.objects.get().object_id == str(cast.sandbox_one.id)


def test_it_ends_a_sandbox_once(operator: Client, cast: Cast) -> None:
    run(operator, cast.sandbox_one, "expire")
    assert factories.row(GuestSandbox, id=cast.sandbox_one.id).status == "expired"
    answer = run(operator, cast.sandbox_one, "expire")
    assert told(answer) == [f"{cast.sandbox_one}: the sandbox is not active"]
    assert LogEntry.objects.count() == 1


def test_it_reconciles(operator: Client, cast: Cast) -> None:
    quota = factories.row(GuestSessionQuota)
    factories.update(quota, active_requests=7)
    answer = run(operator, quota, "reconcile")
    assert "platform's total in flight: 7 → 0" in unescape(told(answer)[0]), told(answer)


def test_it_gives_a_class_another_join_code(operator: Client, cast: Cast) -> None:
    run(operator, cast.classroom, "new_join_code")
    after = factories.row(Classroom, id=cast.classroom.id)
    assert after.join_code != cast.classroom.join_code
    assert len(after.join_code) == 8


def test_it_archives_a_chat_and_forgets_its_memory(operator: Client, cast: Cast) -> None:
    factories.compaction(cast.session)
    run(operator, cast.session, "forget_memory")
    run(operator, cast.session, "archive")
    assert factories.row(ChatSession, id=cast.session.id).archived_at is not None
    assert factories.rows(ChatCompaction) == []


def test_it_expires_reports(operator: Client, cast: Cast) -> None:
    insights = factories.insights(cast.classroom, {"topics": []})
    brief = factories.teaching_brief(cast.classroom)
    run(operator, insights, "expire_insights")
    run(operator, brief, "expire_brief")
    assert factories.row(InsightsSnapshot).generated_at < insights.generated_at
    assert factories.row(TeachingBriefSnapshot).generated_at < brief.generated_at


def test_it_queues_a_failed_material_once(operator: Client, cast: Cast) -> None:
    material = factories.material(cast.classroom, status="failed")
    failed = factories.job(material, status="failed", attempts=5)
    assert "is queued" in told(run(operator, failed, "retry"))[0]
    assert {job.status for job in factories.rows(MaterialProcessingJob)} == {"failed", "pending"}
    assert "waits in the queue already" in told(run(operator, material, "requeue"))[0]


def page_of(row: Any, action: str) -> str:
    name = f"{row._meta.app_label}_{row._meta.model_name}"
    return reverse(f"admin:{name}_{action}", args=[row.pk])


def test_a_rows_own_page_offers_its_actions(operator: Client, cast: Cast) -> None:
    row = cast.sandbox_one
    page = operator.get(reverse("admin:stemcore_guestsandbox_change", args=[row.id]))
    for action in ("reset_usage", "expire"):
        assert f'href="{page_of(row, action)}"' in page.content.decode()


def test_a_rows_own_page_asks_before_it_acts(operator: Client, cast: Cast) -> None:
    factories.update(cast.sandbox_one, chat_messages_used=9)
    url = page_of(cast.sandbox_one, "reset_usage")
    for answer in (operator.get(url, {"confirmed": "yes"}), operator.post(url)):
        assert b"Go back, change nothing" in answer.content
    assert factories.row(GuestSandbox, id=cast.sandbox_one.id).chat_messages_used == 9
    answer = operator.post(url, {"confirmed": "yes"}, follow=True)
    assert told(answer) == [f"{cast.sandbox_one}: has used nothing any more"]
    assert answer.context["original"].pk == cast.sandbox_one.pk
    assert factories.row(GuestSandbox, id=cast.sandbox_one.id).chat_messages_used == 0
    assert LogEntry.objects.get().object_id == str(cast.sandbox_one.id)


def test_support_may_not_act_on_a_rows_own_page(staff: Staff, cast: Cast) -> None:
    factories.update(cast.sandbox_one, chat_messages_used=9)
    client, url = staff("support"), page_of(cast.sandbox_one, "reset_usage")
    assert client.get(url).status_code == 403
    assert client.post(url, {"confirmed": "yes"}).status_code == 403
    assert factories.row(GuestSandbox, id=cast.sandbox_one.id).chat_messages_used == 9
    page = client.get(reverse("admin:stemcore_guestsandbox_change", args=[cast.sandbox_one.id]))
    assert url not in page.content.decode()


@pytest.mark.parametrize("key", ["00000000-0000-4000-8000-000000000000", "rubbish"])
def test_a_row_that_is_gone_is_not_found(operator: Client, key: str) -> None:
    url = reverse("admin:stemcore_guestsandbox_expire", args=[key])
    assert operator.post(url, {"confirmed": "yes"}).status_code == 404


def test_support_may_not_act(staff: Staff, cast: Cast) -> None:
    factories.update(cast.sandbox_one, chat_messages_used=9)
    run(staff("support"), cast.sandbox_one, "reset_usage")
    assert factories.row(GuestSandbox, id=cast.sandbox_one.id).chat_messages_used == 9


@pytest.mark.parametrize("what", ["add", "change", "delete"])
def test_nobody_edits_a_row_of_the_platform(staff: Staff, cast: Cast, what: str) -> None:
    client = staff()
    name, arguments = "admin:stemcore_guestsandbox", [cast.sandbox_one.id]
    url = reverse(f"{name}_{what}", args=[] if what == "add" else arguments)
    before = factories.row(GuestSandbox, id=cast.sandbox_one.id)
    answer = client.post(url, {"chat_messages_used": 0, "status": "active", "post": "yes"})
    assert answer.status_code == 403
    assert factories.row(GuestSandbox, id=cast.sandbox_one.id) == before
