"""Each route that generates content, when providers are down, slow or talk nonsense."""

import json
from typing import Any

import pytest

from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.content_routes import CONTENT_ROUTES, ContentRoute, name_of
from tests.learning.samples import step
from tests.stubs import steps

FAULTS = {
    "down": steps.error(503),
    "slow": steps.hang(),
    "disconnected": steps.disconnect(),
    "malformed": steps.malformed(),
    "prose": steps.answer("I would rather talk about the weather."),
    "other shape": steps.answer('{"weather": "fine"}'),
    "truncated": steps.answer('{"answer": "The for'),
    "empty": steps.answer(""),
}
FACTS = """Source 1 | Cells | page 1
Chlorophyll absorbs red and blue light in the thylakoid membrane. The Calvin cycle fixes carbon
dioxide in the stroma. ATP synthase makes ATP from a proton gradient.

Source 2 | Cells | page 2
Mitochondria oxidise pyruvate to carbon dioxide. Glycolysis splits glucose into two molecules."""
pytestmark = pytest.mark.parametrize("route", CONTENT_ROUTES, ids=name_of)


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_second_provider_answers_within_the_deadline(
    api: Api,
    cast: Cast,
    providers: Any,
    route: ContentRoute,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = 3 if fault == "slow" else 30  # the slow one takes a third of it
    monkeypatch.setattr("chat.views.CANVAS_SECONDS", seconds)  # it takes none from its caller
    providers.openrouter.always(FAULTS[fault])
    providers.openai.always(step(route.answer))
    data = data_of(await route.call(api, cast, timeout_ms=seconds * 1000))
    assert data.get("provider", "openai") == "openai"
    assert set(route.shown(data)) == set(route.answer)


async def test_all_providers_down_is_the_error_of_the_route(
    api: Api, cast: Cast, providers: Any, route: ContentRoute
) -> None:
    providers.always(steps.error(503))
    error = error_of(await route.call(api, cast), 502, route.code)
    assert "503" in error["message"]


async def test_a_deadline_that_passes_is_named(
    api: Api, cast: Cast, providers: Any, route: ContentRoute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.views.CANVAS_SECONDS", 0.6)
    providers.always(steps.hang())
    error = error_of(await route.call(api, cast, timeout_ms=1500), 502, route.code)
    assert "timed out" in error["message"].lower()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "No JSON object found"),
        ("I would rather not.", "No JSON object found"),
        ("{nope}", "not valid JSON"),
        ('{"weather": "fine"}', "Invalid {label} JSON: none of the fields"),
    ],
)
async def test_an_unusable_answer_is_named_and_never_quoted(
    api: Api, cast: Cast, providers: Any, route: ContentRoute, text: str, words: str
) -> None:
    providers.always(steps.answer(text))
    error = error_of(await route.call(api, cast), 502, route.code)
    assert words.format(label=route.label) in error["message"]
    assert "weather" not in error["message"]


@pytest.mark.parametrize(
    ("text", "fault"), [('{"weather": "fine"}', "none of the fields"), ("", "is empty")]
)
async def test_an_unusable_answer_is_asked_for_again_with_its_faults(
    api: Api, cast: Cast, providers: Any, route: ContentRoute, text: str, fault: str
) -> None:
    providers.configure("openrouter")
    providers.openrouter.script(steps.answer(text), step(route.answer))
    data_of(await route.call(api, cast))
    first, second = providers.prompts
    assert second.user.startswith(first.user)
    assert fault in second.user


async def test_the_schema_of_the_answer_goes_to_the_provider(
    api: Api, cast: Cast, providers: Any, route: ContentRoute
) -> None:
    providers.configure("openai")
    providers.openai.always(step(route.answer))
    data_of(await route.call(api, cast))
    schema = providers.prompts[0].body["response_format"]["json_schema"]["schema"]
    assert set(route.answer) <= set(schema["properties"])


async def test_it_takes_null_for_absent_and_ignores_unknown_fields(
    api: Api, cast: Cast, providers: Any, route: ContentRoute
) -> None:
    providers.always(step(route.answer))
    absent = dict.fromkeys(("sandbox_id", "timeout_ms", "subject", "purpose", "session_id"))
    data_of(await route.call(api, cast, **absent, unknown={"x": 1}))


async def test_it_names_every_missing_field(
    api: Api, cast: Cast, providers: Any, route: ContentRoute
) -> None:
    user = cast.student if route.needs_user else None
    error = error_of(await api.post(route.path, {}, user=user), 422, "validation_error")
    required = set(route.body(cast)) & {
        "class_title",
        "material_count",
        "material_text",
        "question_count",
        "card_count",
        "instructions",
        "user_message",
        "class_id",
        "canvas_hint",
    }
    assert required <= {detail["field"] for detail in error["details"]}
    assert not providers.prompts


async def test_text_cut_in_half_a_character_is_no_error(
    api: Api, cast: Cast, providers: Any, route: ContentRoute
) -> None:
    providers.always(step(route.answer))
    texts = dict.fromkeys(route.texts, "Force \ud83d\x00 and mass")
    content = json.dumps({**route.body(cast), **texts}).encode()
    user = cast.student if route.needs_user else None
    data_of(await api.post(route.path, content=content, user=user))


async def test_the_offline_stand_in_serves_it(
    api: Api, cast: Cast, providers: Any, settings: Any, route: ContentRoute
) -> None:
    settings.AI_PROVIDER_DEFAULT = "offline"
    changes = dict.fromkeys((name for name in route.texts if "material" in name), FACTS)
    data = data_of(await route.call(api, cast, **changes))
    assert data.get("provider", "offline") == "offline"
    assert route.shown(data)
    assert not providers.prompts
