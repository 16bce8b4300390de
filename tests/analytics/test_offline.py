"""The offline stand-in's reports: made of the figures, so nothing of them is dropped."""

from typing import Any

import pytest

from tests import factories
from tests.analytics.school import body, work
from tests.cast import Cast
from tests.client import Api, data_of
from tests.provider_fixtures import Providers


@pytest.fixture
def school(cast: Cast, providers: Providers, settings: Any) -> Cast:
    work(cast)
    settings.AI_PROVIDER_DEFAULT = "offline"
    settings.PROVIDERS = {}
    return cast


async def report(api: Api, cast: Cast, path: str, **more: Any) -> Any:
    sent = body(cast, **more)
    return data_of(await api.post(f"/v1/analytics/{path}", sent, user=cast.teacher))


async def test_insights_say_the_figures(api: Api, school: Cast) -> None:
    insights = await report(api, school, "class-insights")
    assert insights["ai_narrative"] == {
        "executive_summary": "The class averages 67 % and completed 75 % of its quizzes. "
        "1 of 2 students are at risk.",
        "key_findings": ["Light reactions averages 66 % over 4 attempts."],
        "interventions": [
            {
                "type": "generate_quiz",
                "topic_id": insights["topics"][0]["topic_id"],
                "topic_title": "Light reactions",
                "reason": "Light reactions averages 66 % over 4 attempts.",
                "suggested_action": "Practise Light reactions again with a short quiz.",
            }
        ],
    }
    notes = [student["ai_mini_summary"] for student in insights["students"]]
    assert notes == [None, "Cleo C. averages 40 % and completed 50 %."]


async def test_a_student_without_an_attempt_is_not_said_to_fail(api: Api, school: Cast) -> None:
    factories.enrollment(school.classroom, factories.user("student", "Nia New"))
    insights = await report(api, school, "class-insights")
    assert insights["students"][2]["ai_mini_summary"] == "Nia N. has not tried a quiz yet."


async def test_the_brief_says_the_figures(api: Api, school: Cast) -> None:
    brief = (await report(api, school, "class-teaching-brief", force_refresh=True))["payload"]
    assert brief["attention_items"] == ["Light reactions averages 66 % over 4 attempts."]
    assert brief["recommended_activity"]["type"] == "quiz"
    assert [one["display_name"] for one in brief["students_to_watch"]] == ["Cleo C."]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("What is the average score by topic?", "Average score by topic"),
        ("How many students by risk level?", "Students by risk level"),
        ("Who will win the cup?", "No data available"),
    ],
)
async def test_a_question_is_answered_by_the_table_that_fits(
    api: Api, school: Cast, question: str, title: str
) -> None:
    assert (await report(api, school, "data-query", query=question))["spec"]["title"] == title
