"""`manage.py refresh_analytics`"""

import json
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from analytics.models import InsightsSnapshot, TeachingBriefSnapshot
from stemcore.embedded.server import ServerHandle
from tests import factories
from tests.analytics.processes import start
from tests.analytics.school import BRIEF, NARRATIVE, stored_brief, stored_insights, work
from tests.cast import Cast
from tests.database import fingerprint, superuser
from tests.learning.samples import step
from tests.processes import heeding_signals
from tests.provider_fixtures import Providers
from tests.stubs.steps import Step, error, slow


def written(request: Any) -> Step:
    return step(BRIEF if "morning note" in request.system else NARRATIVE)


@pytest.fixture
def school(cast: Cast, providers: Providers) -> Cast:
    work(cast)
    providers.openrouter.always(written)
    return cast


def refresh(*args: str) -> str:
    out = StringIO()
    call_command("refresh_analytics", *args, stdout=out, stderr=StringIO(), no_color=True)
    return out.getvalue()


def test_it_makes_both_reports_of_every_open_class(school: Cast) -> None:
    closed = factories.classroom(school.teacher, archived=True)
    told = refresh()
    assert "insights: 1 made, 0 without words, 0 fresh, " in told
    assert "brief: 1 made, " in told
    assert stored_insights(school).payload["ai_narrative"]
    assert stored_brief(school).status == "ready"
    made_of = {one.classroom_id for one in factories.rows(InsightsSnapshot)}
    assert closed.id not in made_of
    assert school.sandbox_one.class_id not in made_of


def test_it_makes_one_report_of_one_class(school: Cast) -> None:
    assert refresh(f"--class={school.classroom.id}", "--insights").splitlines() == [
        "insights: 1 made, 0 without words, 0 fresh, 0 nothing to tell, 0 in work, 0 failed"
    ]
    assert factories.count(InsightsSnapshot) == 1
    assert factories.count(TeachingBriefSnapshot) == 0


def test_stale_only_leaves_what_is_fresh(school: Cast, providers: Providers) -> None:
    one = f"--class={school.classroom.id}"
    refresh(one)
    asked = len(providers.prompts)
    told = refresh(one, "--stale-only")
    assert "insights: 0 made, 0 without words, 1 fresh" in told
    assert "brief: 0 made, 0 without words, 1 fresh" in told
    assert len(providers.prompts) == asked
    factories.update(stored_brief(school), generated_at=datetime.now(UTC) - timedelta(days=1))
    assert "brief: 1 made" in refresh(one, "--stale-only", "--brief")
    assert "brief: 1 made" in refresh(one, "--brief")


def test_one_that_fails_is_told_and_stops_no_other(school: Cast, providers: Providers) -> None:
    providers.openrouter.always(
        lambda request: error(400) if "morning note" in request.system else step(NARRATIVE)
    )
    for provider in (providers.openai, providers.gemini):
        provider.always(error(400))
    told, reasons = StringIO(), StringIO()
    with pytest.raises(CommandError, match="Some reports failed") as failed:
        call_command("refresh_analytics", stdout=told, stderr=reasons, no_color=True)
    assert failed.value.returncode == 1
    assert f"{school.classroom.id} brief: " in reasons.getvalue()
    assert "insights: 1 made" in told.getvalue()


def test_it_refuses_what_is_no_class(school: Cast) -> None:
    before = fingerprint()
    for unknown in (uuid4(), school.sandbox_one.class_id):
        with pytest.raises(CommandError, match="no such class") as refused:
            refresh(f"--class={unknown}")
        assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="from 1 to 32"):
        refresh("--concurrency=0")
    assert fingerprint() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_and_leaves_nothing_in_the_air(
    school: Cast, providers: Providers, database_server: ServerHandle, number: signal.Signals
) -> None:
    providers.openai.always(slow(60, json.dumps(NARRATIVE)))
    with heeding_signals():
        process = start("refresh_analytics --concurrency 2", database_server, providers)
    wait(lambda: len(providers.prompts) == 2 or process.poll() is not None)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Stopped." in err
    assert "Traceback" not in err
    assert superuser().execute("SELECT FROM stem.analytics_flights").fetchall() == []
    assert all(one.status != "generating" for one in factories.rows(TeachingBriefSnapshot))


def wait(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("It never happened.")
