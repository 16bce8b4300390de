"""POST /v1/chat/canvas"""

from typing import Any

import pytest

from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.content_routes import CANVAS
from tests.learning import samples
from tests.learning.samples import step

SPECS = [samples.CHART, samples.DIAGRAM, samples.WAVE, samples.VECTOR]


def hint(kind: str) -> dict[str, str]:
    return {"type": kind, "concept": "Forces on a cart", "title": "Forces"}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["type"])
async def test_it_draws_what_was_asked_for(
    api: Api, cast: Cast, providers: Any, spec: dict[str, Any]
) -> None:
    providers.script(step(spec))
    data = data_of(await CANVAS.call(api, cast, canvas_hint=hint(spec["type"])))
    assert data == {"spec": spec}
    (prompt,) = providers.prompts
    assert prompt.body["max_tokens"] == 1000
    assert prompt.user.endswith(f"Describe this picture as a {spec['type']}.")
    assert "⟦begin student_question " in prompt.user


async def test_it_asks_again_for_the_type_that_was_asked_for(
    api: Api, cast: Cast, providers: Any
) -> None:
    providers.script(step(samples.CHART), step(samples.VECTOR))
    assert data_of(await CANVAS.call(api, cast))["spec"] == samples.VECTOR


async def test_a_hint_may_name_nothing(api: Api, cast: Cast, providers: Any) -> None:
    providers.script(step(samples.WAVE))
    empty = {"type": "wave", "concept": "", "title": ""}
    assert data_of(await CANVAS.call(api, cast, canvas_hint=empty)) == {"spec": samples.WAVE}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"canvas_hint": {"type": "hologram", "concept": "x", "title": "y"}}, "canvas_hint.type"),
        ({"canvas_hint": {"type": "wave", "concept": "x" * 201, "title": "y"}}, "canvas_hint"),
        ({"canvas_hint": "wave"}, "canvas_hint"),
        ({"canvas_hint": None}, "canvas_hint"),
        ({"student_question": "x" * 501}, "student_question"),
        ({"ai_answer": "x" * 2001}, "ai_answer"),
        ({"class_id": "none"}, "class_id"),
    ],
)
async def test_it_names_the_field_that_does_not_fit(
    api: Api, cast: Cast, providers: Any, changes: dict[str, Any], field: str
) -> None:
    error = error_of(await CANVAS.call(api, cast, **changes), 422, "validation_error")
    assert error["details"][0]["field"].startswith(field)
    assert not providers.prompts


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        ({"type": "Vector", "concept": "", "title": ""}, "Which way does it go?"),
        ({"type": "vector", "concept": "Two pulls", "title": None}, "Two pulls"),
        ({"type": "vector", "concept": "Two pulls", "title": "Forces"}, "Forces"),
    ],
)
async def test_it_fills_what_the_model_left_out_from_the_request(
    api: Api, cast: Cast, providers: Any, wanted: dict[str, Any], title: str
) -> None:
    providers.script(step({"vectors": [{"magnitude": "10 N", "angle": "30°"}]}))
    spec = data_of(await CANVAS.call(api, cast, canvas_hint=wanted))["spec"]
    vector = {"label": "1", "magnitude": 5, "angleDeg": 30, "color": "#2563eb"}
    assert spec == {"type": "vector", "title": title, "vectors": [vector]}


async def test_it_asks_again_where_numbers_cannot_be_drawn_together(
    api: Api, cast: Cast, providers: Any
) -> None:
    far_apart = [{"magnitude": 1, "angleDeg": 0}, {"magnitude": 1000, "angleDeg": 90}]
    providers.script(step({**samples.VECTOR, "vectors": far_apart}), step(samples.VECTOR))
    assert data_of(await CANVAS.call(api, cast))["spec"] == samples.VECTOR
    assert "the largest must be at most 10 times the smallest" in providers.prompts[1].user


async def test_it_takes_longest_texts_and_none(api: Api, cast: Cast, providers: Any) -> None:
    providers.always(step(samples.VECTOR))
    long = {"student_question": "x" * 500, "ai_answer": "y" * 2000}
    data_of(await CANVAS.call(api, cast, **long))
    data_of(await CANVAS.call(api, cast, student_question=None, ai_answer=""))
