"""POST /v1/analytics/class-insights."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics.models import InsightsSnapshot
from tests import factories
from tests.analytics.school import NARRATIVE, body, stored_insights, until, work
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.database import fingerprint, superuser
from tests.learning.samples import step
from tests.provider_fixtures import Providers
from tests.stubs.steps import answer, error, slow

PATH = "/v1/analytics/class-insights"
pytestmark = pytest.mark.usefixtures("providers")


async def insights(api: Api, cast: Cast, **more: Any) -> Any:
    return data_of(await api.post(PATH, body(cast, **more)))


async def test_it_reports_figures_with_words(api: Api, cast: Cast, providers: Providers) -> None:
    work(cast)
    providers.openrouter.always(step(NARRATIVE))
    report = await insights(api, cast)
    assert report["class_summary"] == {
        "student_count": 2,
        "avg_score": 0.6667,
        "completion_rate": 0.75,
        "at_risk_count": 1,
        "avg_chat_messages": 0.5,
        "is_empty": False,
    }
    shown = ("title", "avg_score", "attempt_count", "status")
    assert [tuple(topic[key] for key in shown) for topic in report["topics"]] == [
        ("Light reactions", 0.6625, 4, "warning"),
        ("Calvin cycle", 0.0, 0, "critical"),
    ]
    assert report["bloom_breakdown"] == {
        **dict.fromkeys(["remember", "apply", "analyze", "evaluate", "create"]),
        "understand": 0.6625,
    }
    sam, cleo = report["students"]
    assert sam["display_name"] == "Sam S."
    assert sam["activity_breakdown"][0] | {"activity_id": None} == {
        "activity_id": None,
        "title": "Quiz 1",
        "score": 0.8,
        "attempts": 3,
    }
    assert (cleo["avg_score"], cleo["completion_rate"], cleo["risk_level"]) == (0.4, 0.5, "medium")
    assert cleo["ai_mini_summary"] == "An average of 40 % after 1 attempt."
    assert sam["ai_mini_summary"] is None
    assert report["ai_narrative"]["key_findings"] == [
        "Cleo C. averages 40 %.",
        "Completion is 75 %.",
    ]
    (intervention,) = report["ai_narrative"]["interventions"]
    assert intervention["type"] == "generate_quiz"
    assert intervention["topic_title"] == "Light reactions"
    assert stored_insights(cast).payload == report


async def test_the_model_gets_no_names_and_no_ids(
    api: Api, cast: Cast, providers: Providers
) -> None:
    work(cast)
    providers.openrouter.always(step(NARRATIVE))
    await insights(api, cast)
    (prompt,) = providers.prompts
    sent = prompt.system + prompt.user
    for person in (cast.student, cast.classmate, cast.teacher):
        assert str(person.id) not in sent
        assert str(person.email) not in sent
    for name in ("Sam", "Cleo", "Tess"):
        assert name not in sent


async def test_sentences_beyond_the_figures_are_left_out(
    api: Api, cast: Cast, providers: Providers
) -> None:
    work(cast)
    invented = {
        "executive_summary": "The class averages 67 %. Last year it was 91 %.",
        "key_findings": ["Student 2 averages 55 %.", "Student 7 averages 40 %."],
        "interventions": [
            {"topic": "Optics", "reason": "It is weak.", "suggested_action": "Quiz."}
        ],
        "student_notes": [{"student": 7, "note": "Well done."}, {"student": 1, "note": "9 of 10!"}],
    }
    providers.openrouter.always(step(invented))
    report = await insights(api, cast)
    assert report["ai_narrative"] == {
        "executive_summary": "The class averages 67 %.",
        "key_findings": [],
        "interventions": [],
    }
    assert [student["ai_mini_summary"] for student in report["students"]] == [None, None]


async def test_a_failed_narrative_leaves_the_figures_and_is_tried_again(
    api: Api, cast: Cast, providers: Providers
) -> None:
    work(cast)
    for provider in providers.each:
        provider.always(error(400))
    report = await insights(api, cast)
    assert report["ai_narrative"] is None
    assert report["class_summary"]["avg_score"] == 0.6667
    asked = len(providers.prompts)
    await insights(api, cast)
    assert len(providers.prompts) == asked
    _age(cast, minutes=6)
    await insights(api, cast)
    assert len(providers.prompts) > asked


def _age(cast: Cast, **ago: int) -> None:
    factories.update(stored_insights(cast), generated_at=datetime.now(UTC) - timedelta(**ago))


async def test_it_is_kept_for_an_hour(api: Api, cast: Cast, providers: Providers) -> None:
    work(cast)
    providers.openrouter.always(step(NARRATIVE))
    first = await insights(api, cast)
    _age(cast, minutes=59)
    assert await insights(api, cast) == first
    assert len(providers.prompts) == 1
    _age(cast, minutes=61)
    later = await insights(api, cast)
    assert later["generated_at"] > first["generated_at"]
    assert len(providers.prompts) == 2


async def test_a_refresh_can_be_forced(api: Api, cast: Cast, providers: Providers) -> None:
    work(cast)
    providers.openrouter.always(step(NARRATIVE))
    first = await insights(api, cast)
    second = await insights(api, cast, force_refresh=True)
    assert second["generated_at"] > first["generated_at"]
    assert factories.count(InsightsSnapshot) == 1


async def test_an_empty_class_asks_no_model_and_is_looked_at_again(
    api: Api, cast: Cast, providers: Providers
) -> None:
    report = await insights(api, cast)
    assert report["class_summary"] == {
        "student_count": 2,
        "avg_score": 0.0,
        "completion_rate": 0.0,
        "at_risk_count": 0,
        "avg_chat_messages": 0.0,
        "is_empty": True,
    }
    assert report["students"] == report["topics"] == []
    assert report["ai_narrative"] is None
    assert providers.prompts == []
    work(cast)
    _age(cast, minutes=6)
    assert not (await insights(api, cast))["class_summary"]["is_empty"]


async def test_of_many_at_once_one_asks_the_model(
    api: Api, cast: Cast, providers: Providers
) -> None:
    work(cast)
    providers.openrouter.always(lambda _: answer(step(NARRATIVE).text, delay_s=0.5))
    reports = await asyncio.gather(*(insights(api, cast) for _ in range(50)))
    assert len(providers.prompts) == 1
    assert all(report == reports[0] for report in reports)
    left = superuser().execute("SELECT count(*) AS flights FROM stem.analytics_flights").fetchone()
    assert left == {"flights": 0}


async def test_a_client_that_leaves_lets_the_next_one_make_it(
    api: Api, cast: Cast, providers: Providers
) -> None:
    work(cast)
    providers.openrouter.script(slow(30))
    providers.openrouter.always(step(NARRATIVE))
    first = asyncio.create_task(api.post(PATH, body(cast)))
    await until(lambda: bool(providers.prompts))
    first.cancel()
    await asyncio.wait([first])
    assert (await insights(api, cast))["ai_narrative"] is not None


@pytest.mark.parametrize("payload", [{}, {"class_summary": []}, [1], "text"])
async def test_rows_of_others_that_are_no_insights_are_made_anew(
    api: Api, cast: Cast, providers: Providers, payload: Any
) -> None:
    work(cast)
    factories.insights(cast.classroom, payload)
    providers.openrouter.always(step(NARRATIVE))
    assert (await insights(api, cast))["class_summary"]["student_count"] == 2


async def test_without_a_token_the_key_vouches_for_the_user(api: Api, cast: Cast) -> None:
    for who in ("outsider", "student", "guest_one"):
        before = fingerprint()
        person = str(getattr(cast, who).id)
        error_of(await api.post(PATH, body(cast, user_id=person)), 403, "forbidden")
        assert fingerprint() == before
    for who in ("teacher", "assistant"):
        data_of(await api.post(PATH, body(cast, user_id=str(getattr(cast, who).id))))


async def test_a_token_must_be_that_of_the_user(api: Api, cast: Cast) -> None:
    answered = await api.post(PATH, body(cast), user=cast.assistant)
    error_of(answered, 403, "user_id_mismatch")
    data_of(await api.post(PATH, body(cast), user=cast.teacher))


async def test_a_guest_teacher_reads_the_sandbox_class_alone(api: Api, cast: Cast) -> None:
    guest, room = cast.guest_one, cast.sandbox_classroom_one
    sent = {"class_id": str(room.id), "user_id": str(guest.id)}
    for token in (None, guest):
        error_of(await api.post(PATH, sent, user=token), 403, "forbidden")
        own = {**sent, "sandbox_id": str(cast.sandbox_one.id)}
        data_of(await api.post(PATH, own, user=token))
        other = {**sent, "sandbox_id": str(cast.sandbox_two.id)}
        error_of(await api.post(PATH, other, user=token), 403, "forbidden")
    student = {
        "class_id": str(cast.sandbox_classroom_two.id),
        "user_id": str(cast.guest_two.id),
        "sandbox_id": str(cast.sandbox_two.id),
    }
    error_of(await api.post(PATH, student), 403, "forbidden")


async def test_a_sandboxs_rows_carry_its_id(api: Api, cast: Cast) -> None:
    sent = {
        "class_id": str(cast.sandbox_classroom_one.id),
        "user_id": str(cast.guest_one.id),
        "sandbox_id": str(cast.sandbox_one.id),
    }
    data_of(await api.post(PATH, sent))
    row = factories.row(InsightsSnapshot, classroom=cast.sandbox_classroom_one)
    assert row.sandbox_id == cast.sandbox_one.id


async def test_a_class_that_is_not_there(api: Api, cast: Cast) -> None:
    sent = body(cast, class_id="00000000-0000-4000-8000-000000000000")
    error_of(await api.post(PATH, sent), 404, "class_not_found")


async def test_an_archived_class_is_reported_on(api: Api, cast: Cast) -> None:
    factories.update(cast.classroom, archived=True)
    data_of(await api.post(PATH, body(cast)))


@pytest.mark.parametrize(
    ("field", "value"),
    [("class_id", "x"), ("user_id", None), ("force_refresh", "true"), ("force_refresh", 1)],
)
async def test_bad_input_is_named(api: Api, cast: Cast, field: str, value: Any) -> None:
    failed = error_of(await api.post(PATH, body(cast, **{field: value})), 422, "validation_error")
    assert field in failed["message"]


async def test_other_methods_are_refused(api: Api, cast: Cast) -> None:
    answered = await api.post(PATH, body(cast), method="PUT")
    error_of(answered, 405, "method_not_allowed")
