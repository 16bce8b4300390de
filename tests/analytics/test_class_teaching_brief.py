"""POST /v1/analytics/class-teaching-brief."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics.models import TeachingBriefSnapshot
from classes.models import Enrollment
from tests import factories
from tests.analytics.school import BRIEF, body, stored_brief, until, work
from tests.cast import Cast
from tests.chat.gates import Gate
from tests.client import Api, data_of, error_of
from tests.database import fingerprint, superuser
from tests.learning.samples import step
from tests.provider_fixtures import Providers
from tests.stubs.steps import Step, answer, error, slow

PATH = "/v1/analytics/class-teaching-brief"
pytestmark = pytest.mark.usefixtures("providers")


async def brief(api: Api, cast: Cast, **more: Any) -> Any:
    return data_of(await api.post(PATH, body(cast, **more)))


def written(**changes: Any) -> Step:
    return step({**BRIEF, **changes})


@pytest.fixture
def school(cast: Cast, providers: Providers) -> Cast:
    """A class with work to report on, and a model that writes a brief."""
    work(cast)
    providers.openrouter.always(written())
    return cast


@pytest.fixture
async def yesterday(api: Api, school: Cast) -> Cast:
    """The same with a brief that was made yesterday."""
    await brief(api, school, force_refresh=True)
    age(school, days=1)
    return school


def age(cast: Cast, **ago: int) -> None:
    then = datetime.now(UTC) - timedelta(**ago)
    factories.update(stored_brief(cast), generated_at=then, updated_at=then)


async def test_it_is_empty_until_somebody_asks_for_it(
    api: Api, school: Cast, providers: Providers
) -> None:
    assert await brief(api, school) == {
        "status": "empty",
        "is_stale": False,
        "payload": None,
        "generated_at": None,
        "has_evidence": True,
    }
    assert providers.prompts == []


async def test_a_forced_request_makes_it(api: Api, school: Cast, providers: Providers) -> None:
    report = await brief(api, school, force_refresh=True)
    assert report["status"] == "ready"
    assert report["is_stale"] is False
    assert report["generated_at"].endswith("+00:00")
    payload = report["payload"]
    assert payload["summary"] == "The class averages 67 %."
    assert payload["strongest_action"] == "Go through the first quiz with Cleo C."
    assert payload["attention_items"] == ["1 of 2 students is at risk."]
    (misconception,) = payload["misconceptions"]
    assert misconception["topic_title"] == "Light reactions"
    assert payload["students_to_watch"] == [
        {
            "student_id": str(school.classmate.id),
            "display_name": "Cleo C.",
            "reason": "Averages 40 %.",
        }
    ]
    assert payload["recommended_activity"] == {
        "type": "quiz",
        "reason": "Light reactions stand at 66 %.",
    }
    assert stored_brief(school).payload == payload
    (prompt,) = providers.prompts
    assert "Cleo" not in prompt.system + prompt.user


async def test_it_is_fresh_for_its_day(api: Api, school: Cast, providers: Providers) -> None:
    first = await brief(api, school, force_refresh=True)
    assert await brief(api, school) == first
    assert len(providers.prompts) == 1


async def test_a_stale_one_is_made_anew_on_request(
    api: Api, yesterday: Cast, providers: Providers
) -> None:
    providers.openrouter.always(written(next_step="Rest."))
    report = await brief(api, yesterday)
    assert (report["status"], report["is_stale"]) == ("ready", False)
    assert report["payload"]["next_step"] == "Rest."


async def test_one_makes_it_while_the_others_get_the_old_one(
    api: Api, yesterday: Cast, providers: Providers
) -> None:
    old = stored_brief(yesterday).payload
    gate = Gate(written(next_step="Rest."))
    providers.openrouter.always(gate)
    asked = len(providers.prompts)
    asking = [asyncio.create_task(brief(api, yesterday)) for _ in range(50)]
    try:
        await until(lambda: sum(one.done() for one in asking) == 49)
    finally:
        gate.opened.set()
        reports = await asyncio.gather(*asking)
    assert len(providers.prompts) == asked + 1
    waited = [report for report in reports if report["status"] == "generating"]
    assert len(waited) == 49
    assert all(report["payload"] == old and report["is_stale"] for report in waited)


async def test_a_forced_request_joins_the_one_in_work(
    api: Api, yesterday: Cast, providers: Providers
) -> None:
    providers.openrouter.always(lambda _: answer(written(next_step="Rest.").text, delay_s=2.0))
    asked = len(providers.prompts)
    reports = await asyncio.gather(*(brief(api, yesterday, force_refresh=True) for _ in range(10)))
    assert len(providers.prompts) == asked + 1
    assert {report["payload"]["next_step"] for report in reports} == {"Rest."}
    assert {report["status"] for report in reports} == {"ready"}


@pytest.mark.parametrize(("minutes", "taken_over"), [(4, False), (6, True)])
async def test_a_dead_generation_is_taken_over_after_five_minutes(
    api: Api, yesterday: Cast, providers: Providers, minutes: int, taken_over: bool
) -> None:
    then = datetime.now(UTC) - timedelta(minutes=minutes)
    factories.update(stored_brief(yesterday), status="generating", updated_at=then)
    report = await brief(api, yesterday)
    assert report["status"] == ("ready" if taken_over else "generating")


async def test_one_that_was_taken_over_stores_nothing(
    api: Api, yesterday: Cast, providers: Providers
) -> None:
    late = Gate(written(next_step="Late."))
    providers.openrouter.script(late)
    first = asyncio.create_task(brief(api, yesterday))
    await until(late.arrived.is_set)
    then = datetime.now(UTC) - timedelta(minutes=6)
    factories.update(stored_brief(yesterday), updated_at=then)
    second = await brief(api, yesterday)
    late.opened.set()
    await first
    assert second["payload"]["next_step"] == BRIEF["next_step"]
    assert stored_brief(yesterday).payload["next_step"] == BRIEF["next_step"]


async def test_a_failure_keeps_the_old_one_and_is_tried_again_later(
    api: Api, yesterday: Cast, providers: Providers
) -> None:
    old = stored_brief(yesterday).payload
    for provider in providers.each:
        provider.always(error(400))
    report = await brief(api, yesterday)
    assert report["status"] == "error"
    assert report["payload"] == old
    assert report["is_stale"] is True
    assert report["error_message"]
    asked = len(providers.prompts)
    assert await brief(api, yesterday) == report
    assert len(providers.prompts) == asked
    age_of_row(yesterday, minutes=6)
    providers.openrouter.always(written())
    assert (await brief(api, yesterday))["status"] == "ready"


def age_of_row(cast: Cast, **ago: int) -> None:
    factories.update(stored_brief(cast), updated_at=datetime.now(UTC) - timedelta(**ago))


async def test_a_first_one_that_failed_is_tried_again_later(
    api: Api, school: Cast, providers: Providers
) -> None:
    for provider in providers.each:
        provider.always(error(400))
    report = await brief(api, school, force_refresh=True)
    assert (report["status"], report["payload"]) == ("error", None)
    assert (await brief(api, school))["status"] == "error"
    age_of_row(school, minutes=6)
    providers.openrouter.always(written())
    assert (await brief(api, school))["status"] == "ready"


async def test_a_client_that_leaves_leaves_nothing_behind(
    api: Api, yesterday: Cast, providers: Providers
) -> None:
    before = stored_brief(yesterday)
    providers.openrouter.script(slow(30))
    asked = len(providers.prompts)
    first = asyncio.create_task(api.post(PATH, body(yesterday)))
    await until(lambda: len(providers.prompts) > asked)
    first.cancel()
    await asyncio.wait([first])
    await until(lambda: stored_brief(yesterday).status == "ready")
    assert stored_brief(yesterday).updated_at == before.updated_at
    assert (await brief(api, yesterday))["status"] == "ready"


@pytest.mark.parametrize("missing", ["students", "activity", "submissions and chat"])
async def test_without_evidence_there_is_none(
    api: Api, cast: Cast, providers: Providers, missing: str
) -> None:
    work(cast)
    statements = {
        "students": "DELETE FROM enrollments WHERE role = 'student'",
        "activity": "UPDATE activities SET status = 'draft'",
        "submissions and chat": "DELETE FROM submissions",
    }
    superuser().execute(statements[missing].encode())
    if missing == "submissions and chat":
        superuser().execute("DELETE FROM class_chat_messages")
    report = await brief(api, cast, force_refresh=True)
    assert report == {
        "status": "no_data",
        "is_stale": False,
        "payload": None,
        "generated_at": None,
        "has_evidence": False,
    }
    assert stored_brief(cast).status == "no_data"
    assert providers.prompts == []


async def test_no_data_lasts_until_there_is_some(
    api: Api, cast: Cast, providers: Providers
) -> None:
    assert (await brief(api, cast))["status"] == "no_data"
    work(cast)
    providers.openrouter.always(written())
    assert (await brief(api, cast))["status"] == "empty"
    assert (await brief(api, cast, force_refresh=True))["status"] == "ready"


async def test_work_in_a_guests_copy_is_no_evidence(api: Api, school: Cast) -> None:
    superuser().execute("UPDATE submissions SET sandbox_id = %s", [school.sandbox_one.id])
    superuser().execute("UPDATE class_chat_messages SET sandbox_id = %s", [school.sandbox_one.id])
    assert (await brief(api, school, force_refresh=True))["status"] == "no_data"


async def test_chat_alone_is_evidence(api: Api, cast: Cast) -> None:
    factories.activity(cast.classroom, "flashcards")
    factories.chat_message(cast.session)
    assert (await brief(api, cast))["status"] == "empty"


async def test_a_class_that_lost_its_evidence_gets_its_brief_back_with_it(
    api: Api, yesterday: Cast
) -> None:
    gone = factories.rows(Enrollment, classroom=yesterday.classroom, role="student")
    superuser().execute("DELETE FROM enrollments WHERE role = 'student'")
    assert (await brief(api, yesterday))["status"] == "no_data"
    for one in gone:
        factories.insert(Enrollment, classroom=yesterday.classroom, user_id=one.user_id)
    assert (await brief(api, yesterday))["status"] == "ready"


@pytest.mark.parametrize("payload", [{}, {"summary": 3}, [1], "text"])
async def test_rows_of_others_that_are_no_brief_count_as_none(
    api: Api, school: Cast, payload: Any
) -> None:
    factories.teaching_brief(school.classroom, payload=payload)
    assert (await brief(api, school))["status"] == "empty"


async def test_who_may_see_it(api: Api, cast: Cast) -> None:
    for who in ("student", "outsider", "guest_one"):
        before = fingerprint()
        person = getattr(cast, who)
        for token in (None, person):
            sent = body(cast, user_id=str(person.id))
            error_of(await api.post(PATH, sent, user=token), 403, "forbidden")
        assert fingerprint() == before
    error_of(await api.post(PATH, body(cast), user=cast.student), 403, "user_id_mismatch")
    missing = body(cast, class_id="00000000-0000-4000-8000-000000000000")
    error_of(await api.post(PATH, missing), 404, "class_not_found")


async def test_bad_input_is_named(api: Api, cast: Cast) -> None:
    failed = error_of(await api.post(PATH, body(cast, class_id="x")), 422, "validation_error")
    assert "class_id" in failed["message"]
    error_of(await api.post(PATH, body(cast), method="GET"), 405, "method_not_allowed")


async def test_it_has_one_row_a_class(api: Api, yesterday: Cast) -> None:
    await brief(api, yesterday)
    assert factories.count(TeachingBriefSnapshot) == 1
