"""POST /v1/analytics/data-query."""

from datetime import UTC, datetime
from typing import Any

import pytest

from learning.models import Submission
from tests import factories
from tests.analytics.school import CHART, body, work
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.database import fingerprint, superuser
from tests.learning.samples import step
from tests.provider_fixtures import Providers
from tests.stubs.steps import error

PATH = "/v1/analytics/data-query"
NO_DATA = {
    "type": "chart",
    "chartType": "bar",
    "title": "No data available",
    "data": [{"label": "No data", "value": 0.0}],
}
pytestmark = pytest.mark.usefixtures("providers")


@pytest.fixture
def school(cast: Cast, providers: Providers) -> Cast:
    work(cast)
    providers.openrouter.always(step(CHART))
    return cast


async def ask(api: Api, cast: Cast, query: str = "How is everybody doing?") -> Any:
    answered = await api.post(PATH, body(cast, query=query), user=cast.teacher)
    return data_of(answered)["spec"]


def drawn(*points: tuple[str, float], **changes: Any) -> Any:
    data = [{"label": label, "value": value} for label, value in points]
    return step({**CHART, "data": data, **changes})


async def test_it_answers_with_a_chart_and_names(
    api: Api, school: Cast, providers: Providers
) -> None:
    assert await ask(api, school) == {
        "type": "chart",
        "chartType": "bar",
        "title": "Average score by student",
        "data": [{"label": "Sam S.", "value": 0.8}, {"label": "Cleo C.", "value": 0.4}],
    }
    (prompt,) = providers.prompts
    assert "Student 2: 0.4" in prompt.user
    assert "Sam" not in prompt.user
    assert str(school.student.id) not in prompt.user


async def test_names_in_the_question_become_numbers(
    api: Api, school: Cast, providers: Providers
) -> None:
    await ask(api, school, "How is Cleo Classmate doing, and Sam?")
    (prompt,) = providers.prompts
    assert "How is Student 2 doing, and Student 1?" in prompt.user


@pytest.mark.parametrize(
    "points",
    [
        [("Light reactions", 0.6625)],
        [("Light reactions", 66.25)],
        [("Light reactions", 66)],
        [("Class average score", 0.67), ("Completion rate", 0.75)],
        [("Completion rate", 75)],
        [("Completion rate", 0.75), ("Not completed (completion rate)", 0.25)],
        [("high", 0), ("medium", 1), ("low", 1)],
        [("Quiz 1", 4)],
        [("Student 1", 80), ("Student 2", 40), ("Average", 60)],
        [("understand", 0.66)],
        [("0-50 %", 1), ("80-90 %", 1)],
        [("Total attempts", 4)],
    ],
)
async def test_figures_and_their_arithmetic_are_drawn(
    api: Api, school: Cast, providers: Providers, points: list[tuple[str, float]]
) -> None:
    providers.openrouter.always(drawn(*points))
    assert len((await ask(api, school))["data"]) == len(points)


@pytest.mark.parametrize(
    "points",
    [
        [("Light reactions", 0.9)],
        [("Light reactions", 40)],
        [("Student 1", 0.8), ("Student 2", 0.55)],
        [("Student 3", 0.8)],
        [("Student 2", 0.8)],
        [("Optics", 0.6625)],
        [("Last year", 0.7)],
        [("medium", 7)],
        [("Completion rate", 0.8)],
        [("Total", 1234)],
        [("2025-01-06", 0.5)],
    ],
)
async def test_other_numbers_are_never_drawn(
    api: Api, school: Cast, providers: Providers, points: list[tuple[str, float]]
) -> None:
    for provider in providers.each:
        provider.always(drawn(*points))
    assert await ask(api, school) == NO_DATA


async def test_a_chart_beyond_the_figures_is_asked_for_again(
    api: Api, school: Cast, providers: Providers
) -> None:
    providers.openrouter.script(drawn(("Student 1", 0.95)))
    assert (await ask(api, school))["data"][0]["value"] == 0.8
    assert "data[0]: is not among the figures given" in providers.prompts[1].user


async def test_what_the_data_does_not_answer_is_said(
    api: Api, school: Cast, providers: Providers
) -> None:
    providers.openrouter.always(drawn(("No data", 0), title="No data available."))
    assert await ask(api, school, "Who will win the cup?") == NO_DATA


async def test_an_empty_class_asks_no_model(api: Api, cast: Cast, providers: Providers) -> None:
    superuser().execute("DELETE FROM enrollments WHERE role = 'student'")
    assert await ask(api, cast) == NO_DATA
    assert providers.prompts == []


async def test_weeks_are_figures_too(api: Api, school: Cast, providers: Providers) -> None:
    for one in factories.rows(Submission):
        factories.update(one, submitted_at=datetime(2026, 3, 4, 12, tzinfo=UTC))
    providers.openrouter.always(drawn(("2026-03-02", 0.6625), chartType="line"))
    assert (await ask(api, school, "Scores over time?"))["data"] == [
        {"label": "2026-03-02", "value": 0.6625}
    ]


@pytest.mark.parametrize(
    ("question", "title", "points"),
    [
        ("Completion per quiz?", "Completion by quiz", [("Quiz 1", 0.75)]),
        ("Light reactions over the weeks?", "Light reactions", [("2026-03-02", 0.6625)]),
        ("How did each topic develop?", "Light reactions: attempts", [("2026-03-02", 4)]),
        ("Which students are weak in Light reactions?", "Light reactions", [("Student 1", 0.75)]),
        ("How many scored what in Quiz 1?", "Quiz 1", [("0-50 %", 1), ("80-90 %", 1)]),
        ("Attempts by level?", "Attempts", [("understand", 4)]),
    ],
)
async def test_questions_in_detail_get_the_figures_that_they_ask_for(
    api: Api, school: Cast, providers: Providers, question: str, title: str, points: Any
) -> None:
    for one in factories.rows(Submission):
        factories.update(one, submitted_at=datetime(2026, 3, 4, 12, tzinfo=UTC))
    providers.openrouter.always(drawn(*points, title=title))
    assert len((await ask(api, school, question))["data"]) == len(points)


@pytest.mark.parametrize("title", ["Calvin cycle", "Everything"])
async def test_figures_of_one_topic_stand_only_under_its_name(
    api: Api, school: Cast, providers: Providers, title: str
) -> None:
    for provider in providers.each:
        provider.always(drawn(("Student 1", 0.75), title=title))
    assert await ask(api, school, "Which students are weak in Light reactions?") == NO_DATA


async def test_a_fresh_snapshot_is_used(api: Api, school: Cast, providers: Providers) -> None:
    providers.openrouter.script(error(400), error(400), error(400))
    providers.openrouter.always(drawn(("Student 2", 0.4)))
    for provider in (providers.openai, providers.gemini):
        provider.always(error(400))
    path = "/v1/analytics/class-insights"
    data_of(await api.post(path, body(school)))
    for one in factories.rows(Submission, student_id=school.classmate.id):
        factories.update(one, score=100)
    assert (await ask(api, school))["data"] == [{"label": "Cleo C.", "value": 0.4}]


async def test_a_failing_provider_is_an_error(api: Api, school: Cast, providers: Providers) -> None:
    for provider in providers.each:
        provider.always(error(400))
    answered = await api.post(PATH, body(school, query="Why?"), user=school.teacher)
    error_of(answered, 502, "data_query_error")


async def test_who_may_ask(api: Api, cast: Cast) -> None:
    error_of(await api.post(PATH, body(cast, query="Why?")), 401, "user_token_required")
    for who in ("student", "outsider", "guest_one"):
        before = fingerprint()
        person = getattr(cast, who)
        sent = body(cast, query="Why?", user_id=str(person.id))
        error_of(await api.post(PATH, sent, user=person), 403, "forbidden")
        assert fingerprint() == before


@pytest.mark.parametrize("query", ["", None, "x" * 501, 3])
async def test_bad_input_is_named(api: Api, cast: Cast, query: Any) -> None:
    answered = await api.post(PATH, body(cast, query=query), user=cast.teacher)
    assert "query" in error_of(answered, 422, "validation_error")["message"]


async def test_it_writes_nothing(api: Api, school: Cast) -> None:
    before = fingerprint()
    await ask(api, school)
    after = fingerprint()
    assert {name for name in after if after[name] != before[name]} <= {"stem.call_log"}
