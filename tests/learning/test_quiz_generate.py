"""POST /v1/quiz/generate"""

from typing import Any

import pytest

from tests.client import Api, data_of, error_of
from tests.content_routes import QUIZ
from tests.learning.items import clean_questions
from tests.learning.samples import step
from tests.stemcore.providers.calls import log_rows
from tests.stubs import steps

ITEMS = [question.model_dump() for question in clean_questions()[20:40]]
FLAWED = {**ITEMS[0], "choices": [*ITEMS[0]["choices"][:3], "All of the above"]}


def body(count: int = 5, **changes: Any) -> dict[str, Any]:
    return {**QUIZ.fields, "question_count": count, **changes}


def quiz(items: list[dict[str, Any]]) -> steps.Step:
    return step({"questions": items})


def stems(data: dict[str, Any]) -> list[str]:
    return [question["question"] for question in data["payload"]["questions"]]


async def test_it_makes_a_quiz(api: Api, providers: Any) -> None:
    providers.script(quiz(ITEMS[:5]))
    response = await api.post(QUIZ.path, body())
    data = data_of(response)
    assert set(data) == {"payload", "provider", "model", "usage", "latency_ms"}
    assert stems(data) == [item["question"] for item in ITEMS[:5]]
    for question, item in zip(data["payload"]["questions"], ITEMS, strict=False):
        assert set(question) == {"question", "choices", "answer", "explanation"}
        assert sorted(question["choices"]) == sorted(item["choices"])
    assert response.json()["meta"]["quality"] == {
        "asked": 5,
        "returned": 5,
        "findings": {},
        "cues": {},
        "topped_up": False,
    }


async def test_its_prompt_holds_the_fenced_context_and_asks_for_the_count(
    api: Api, providers: Any
) -> None:
    providers.script(quiz(ITEMS[:3]))
    data_of(await api.post(QUIZ.path, body(3)))
    (prompt,) = providers.prompts
    assert "Write exactly 3 questions." in prompt.user
    assert "⟦begin instructions " in prompt.user
    assert "Source 1 | Mechanics | page 2" in prompt.user
    assert prompt.body["max_tokens"] == 8000


async def test_it_tops_up_what_is_missing_with_one_request(api: Api, providers: Any) -> None:
    providers.script(quiz(ITEMS[:3]), quiz(ITEMS[2:6]))
    data = data_of(response := await api.post(QUIZ.path, body()))
    assert stems(data) == [item["question"] for item in ITEMS[:5]]
    assert response.json()["meta"]["quality"]["topped_up"] is True
    assert data["usage"]["total_tokens"] == 36
    _, second = providers.prompts
    assert "Write exactly 2 questions." in second.user
    assert ITEMS[0]["question"] in second.user


@pytest.mark.parametrize(
    "second", [steps.error(503), steps.answer("no"), quiz([FLAWED]), quiz(ITEMS[:3])]
)
async def test_it_keeps_what_it_has_when_the_top_up_gives_nothing(
    api: Api, providers: Any, second: steps.Step
) -> None:
    providers.script(quiz(ITEMS[:3]))
    providers.always(second)
    assert len(stems(data_of(await api.post(QUIZ.path, body())))) == 3


async def test_it_begins_no_top_up_without_time(
    api: Api, providers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("learning.items.LEAST_TIME_S", 31.0)
    providers.script(quiz(ITEMS[:3]))
    data = data_of(await api.post(QUIZ.path, body(timeout_ms=30_000)))
    assert len(stems(data)) == 3
    assert len(providers.prompts) == 1


async def test_it_cuts_to_the_count(api: Api, providers: Any) -> None:
    providers.script(quiz(ITEMS))
    assert len(stems(data_of(await api.post(QUIZ.path, body(2))))) == 2


async def test_flawed_questions_are_replaced_and_counted(api: Api, providers: Any) -> None:
    providers.script(quiz([FLAWED, *ITEMS[1:5], ITEMS[1]]), quiz([ITEMS[6]]))
    data = data_of(response := await api.post(QUIZ.path, body()))
    assert stems(data) == [item["question"] for item in [*ITEMS[1:5], ITEMS[6]]]
    findings = {"all_or_none": 1, "alike_stems": 1}
    assert response.json()["meta"]["quality"]["findings"] == findings
    assert [row.findings for row in await log_rows()] == [findings, {}]


async def test_a_quiz_without_a_good_question_is_asked_for_again(api: Api, providers: Any) -> None:
    providers.script(quiz([FLAWED]), quiz(ITEMS[:1]))
    assert len(stems(data_of(await api.post(QUIZ.path, body(1))))) == 1
    assert "choices must not speak of the other choices" in providers.prompts[1].user


async def test_nothing_but_flaws_is_an_error(api: Api, providers: Any) -> None:
    providers.always(quiz([FLAWED]))
    error = error_of(await api.post(QUIZ.path, body(1)), 502, "quiz_error")
    assert "Invalid quiz JSON: questions[0].choices must not speak of" in error["message"]


CUED = {
    **ITEMS[0],
    "question": "What is true of a body in free fall?",
    "choices": ["It speeds up.", "It never speeds up.", "It always stops.", "It cools."],
    "answer": "It speeds up.",
}


async def test_questions_with_a_wording_cue_give_way_to_better_ones(
    api: Api, providers: Any
) -> None:
    providers.script(quiz([CUED, *ITEMS[1:4]]))
    data = data_of(response := await api.post(QUIZ.path, body(3)))
    assert stems(data) == [item["question"] for item in ITEMS[1:4]]
    quality = response.json()["meta"]["quality"]
    assert (quality["findings"], quality["cues"]) == ({"absolute_words": 1}, {})
    assert len(providers.prompts) == 1


async def test_better_questions_are_asked_for_once_with_the_faults(
    api: Api, providers: Any
) -> None:
    providers.script(quiz([CUED, *ITEMS[1:3]]), quiz([ITEMS[5]]))
    data = data_of(response := await api.post(QUIZ.path, body(3)))
    assert stems(data) == [item["question"] for item in [*ITEMS[1:3], ITEMS[5]]]
    assert response.json()["meta"]["quality"]["topped_up"] is True
    _, second = providers.prompts
    assert "Write exactly 1 question." in second.user
    assert "wrong choices gave themselves away by words like always" in second.user


@pytest.mark.parametrize("second", [steps.error(503), quiz([CUED]), steps.answer("no")])
async def test_questions_with_a_cue_are_served_and_counted_when_nothing_better_comes(
    api: Api, providers: Any, second: steps.Step
) -> None:
    providers.script(quiz([CUED, ITEMS[1]]))
    providers.always(second)
    data = data_of(response := await api.post(QUIZ.path, body(2)))
    assert stems(data) == [CUED["question"], ITEMS[1]["question"]]
    assert response.json()["meta"]["quality"]["cues"] == {"absolute_words": 1}


async def test_a_quiz_of_nothing_but_cues_is_a_quiz(api: Api, providers: Any) -> None:
    items = [{**CUED, "question": f"What is true of body {n} in free fall?"} for n in "abc"]
    providers.always(quiz(items))
    assert len(stems(data_of(await api.post(QUIZ.path, body(3))))) == 3


@pytest.mark.parametrize("count", [0, 21, "many", None, True])
async def test_it_refuses_a_count_out_of_range(api: Api, providers: Any, count: object) -> None:
    response = await api.post(QUIZ.path, {**QUIZ.fields, "question_count": count})
    error = error_of(response, 422, "validation_error")
    assert error["details"][0]["field"] == "question_count"


async def test_it_takes_a_count_as_text_and_empty_contexts(api: Api, providers: Any) -> None:
    providers.script(quiz(ITEMS[:1]))
    fields = body(blueprint_context="", material_context="") | {"question_count": "1"}
    data_of(await api.post(QUIZ.path, fields))
    assert "⟦begin material_context" not in providers.prompts[0].user
