"""The first page: its figures are those of the rows behind their links."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from stemcore.models import ProviderCall, ProviderCallDay
from stemcore.providers import call_days
from tests.cast import Cast
from tests.console.calls import call
from tests.queries import count_queries


def figure(page: str, title: str) -> str:
    found = re.search(rf"<dt>{title}</dt><dd>(.*?)</dd>", page, re.DOTALL)
    assert found, title
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def link_of(page: str, title: str) -> str:
    found = re.search(rf'<dt>{title}</dt><dd><a href="(.*?)"', page, re.DOTALL)
    assert found, title
    return unescape(found[1])


@pytest.mark.parametrize("span", ["hour", "day", "week", "month"])
def test_it_counts_calls_failures_latency_and_tokens(
    staff: Callable[..., Client], database: Any, span: str
) -> None:
    for latency_ms in range(100, 2100, 100):
        call(timedelta(seconds=30), latency_ms)
    call(timedelta(seconds=30), status="failed")
    call(timedelta(days=40))
    page = staff("support").get("/admin/", {"span": span}).content.decode()
    assert figure(page, "Calls") == "21"
    assert figure(page, "Failed").split() == ["1", "5%"]
    assert figure(page, "Latency p50") in ("982 ms", "1.0 s", "1.1 s", "959 ms")
    assert figure(page, "Latency p95") in ("1.9 s", "1.8 s", "2.0 s")
    assert figure(page, "Tokens") == "31,500"
    assert figure(page, "Cost, estimated") == "$0.01"


def test_a_figure_leads_to_its_rows(staff: Callable[..., Client], database: Any) -> None:
    call(timedelta(minutes=1), status="failed", request_id="the-one-that-failed")
    call(timedelta(minutes=1), request_id="the-one-that-went")
    client = staff("support")
    page = client.get("/admin/").content.decode()
    rows = client.get(link_of(page, "Failed"))
    assert rows.status_code == 200
    assert rows.context["cl"].result_count == 1


def test_days_that_are_added_up_give_the_same_figures(
    staff: Callable[..., Client], database: Any
) -> None:
    for days in range(6):
        for latency_ms in (50, 500, 5000):
            call(timedelta(days=days), latency_ms)
        call(timedelta(days=days), status="failed")
    client = staff("support")
    before = client.get("/admin/", {"span": "week"}).content.decode()
    call_command("prune_calls", days=2)
    after = client.get("/admin/", {"span": "week"}).content.decode()
    assert ProviderCallDay.objects.exists()
    assert ProviderCall.objects.count() < 24
    titles = ("Calls", "Failed", "Latency p50", "Latency p95", "Tokens", "Cost, estimated")
    assert [figure(before, title) for title in titles] == [figure(after, title) for title in titles]
    assert figure(after, "Calls") == "24"


def test_a_day_is_added_up_once_and_only_when_it_is_over(database: Any) -> None:
    then = datetime.now(UTC) - timedelta(days=3)
    call(created_at=then)
    call(timedelta(0))
    assert call_days.add_up_next() == then.date()
    assert call_days.add_up_next() is None
    assert ProviderCallDay.objects.count() == 1


def test_calls_of_days_that_are_not_added_up_are_kept(database: Any) -> None:
    call(timedelta(days=300))
    assert call_days.prune(90) == 0
    assert ProviderCall.objects.count() == 1


def test_it_costs_few_statements(staff: Callable[..., Client], cast: Cast) -> None:
    client = staff("support")
    with count_queries() as statements:
        assert client.get("/admin/").status_code == 200
    assert len(statements) <= 14


def test_it_says_what_to_do_to_whoever_has_no_role(
    staff: Callable[..., Client], database: Any
) -> None:
    page = staff("nothing").get("/admin/").content.decode()
    assert "no role yet" in page
    assert "AI calls" not in page
