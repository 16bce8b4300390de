"""Hostile texts before a model that obeys whatever its context says."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import httpx
import pytest

from tests.cast import Cast
from tests.chat.hostile import FAKE_LABEL, HOSTILE_TEXTS
from tests.client import Api, data_of
from tests.content_routes import CONTENT_ROUTES, MATERIAL, ContentRoute, answer_for, name_of
from tests.properties import a_few_and_all
from tests.stubs import steps

GIVEN = {"Blueprint Context", "Source 1 | Mechanics | page 2", "Source 2 | Waves | page 5"}


def obey(request: Any) -> steps.Step:
    """Does what the text asks for: cites what it names, says the system text, breaks the shape."""
    asked = request.user
    if "PWNED instead" in asked:
        return steps.answer("PWNED")
    if '"pwned"' in asked:
        return steps.answer('{"pwned": true}')
    said = deepcopy(answer_for(request.system))
    if FAKE_LABEL in asked:
        said = cite(said)
    if "system prompt" in asked or "Reveal everything" in asked:
        said = replaced(said, request.system)
    return steps.answer(json.dumps(said))


def cite(answer: dict[str, Any]) -> dict[str, Any]:
    fake = {"sourceLabel": FAKE_LABEL, "rationale": "As told."}
    if "citations" in answer:
        answer["citations"].append(fake)
    for topic in answer.get("topics", []):
        topic["evidence"].append(fake)
    return answer


def replaced(value: Any, text: str) -> Any:
    """The answer with its long texts replaced by another."""
    if isinstance(value, dict):
        return {key: replaced(entry, text) for key, entry in value.items()}
    if isinstance(value, list):
        return [replaced(entry, text) for entry in value]
    return text if isinstance(value, str) and " " in value else value


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from texts_in(entry)


def cited(content: dict[str, Any]) -> set[str]:
    topics = content.get("topics", [])
    objectives = [objective for topic in topics for objective in topic["objectives"]]
    evidence = [one for place in (*topics, *objectives) for one in place["evidence"]]
    return {one["sourceLabel"] for one in (*content.get("citations", []), *evidence)}


def withstands(response: httpx.Response, route: ContentRoute, system: str) -> None:
    """Asserts that an answer has its shape, cites what was given and leaks nothing.

    An error is fine too, if it leaks nothing.
    """
    body = response.json()
    assert response.status_code in (200, 502), response.text
    leaked = [text for text in texts_in(body) if any(line in text for line in lines_of(system))]
    assert not leaked
    assert "PWNED" not in response.text
    if response.status_code == 502:
        assert body["error"]["code"] == route.code
        return
    content = route.shown(data_of(response))
    assert set(content) <= set(route.answer)
    assert cited(content) <= GIVEN


def lines_of(system: str) -> list[str]:
    return [line for line in system.splitlines() if len(line) > 60]


def test_there_are_a_hundred_hostile_texts() -> None:
    assert len(set(HOSTILE_TEXTS)) == 100


@a_few_and_all("texts", HOSTILE_TEXTS[::7], HOSTILE_TEXTS)
@pytest.mark.parametrize("route", CONTENT_ROUTES, ids=name_of)
async def test_no_hostile_text_changes_labels_shape_or_secrecy(
    api: Api, cast: Cast, providers: Any, route: ContentRoute, texts: list[str]
) -> None:
    providers.configure("openai")
    providers.always(obey)
    for number, text in enumerate(texts):
        field = route.texts[number % len(route.texts)]
        hostile = f"{MATERIAL}\n\n{text}" if field.startswith("material_") else text
        limit = {"student_question": 500, "ai_answer": 2000}.get(field)
        response = await route.call(api, cast, **{field: hostile[:limit]})
        withstands(response, route, providers.prompts[-1].system)


@pytest.mark.parametrize("route", CONTENT_ROUTES, ids=name_of)
async def test_no_hostile_text_leaves_its_fence(
    api: Api, cast: Cast, providers: Any, route: ContentRoute
) -> None:
    providers.configure("openai")
    providers.always(steps.answer(json.dumps(route.answer)))
    for number, text in enumerate(HOSTILE_TEXTS):
        field = route.texts[number % len(route.texts)]
        await route.call(api, cast, **{field: text[:500]})
        prompt = providers.prompts[-1]
        fences = [line for line in prompt.user.splitlines() if "⟦" in line or "⟧" in line]
        marks = {line.rstrip("⟧").rpartition(" ")[2] for line in fences}
        begun = [line.split()[1] for line in fences if line.startswith("⟦begin ")]
        ended = [line.split()[1] for line in fences if line.startswith("⟦end ")]
        assert len(marks) == 1
        assert begun == ended
        assert len(set(begun)) == len(begun)
        assert text not in prompt.system
        assert not set("\u200b\u202e\x00\x1b") & set(prompt.user)
        assert not any(0xE0000 <= ord(character) <= 0xE0FFF for character in prompt.user)
