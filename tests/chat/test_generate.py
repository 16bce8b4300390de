"""POST /v1/chat/generate"""

from typing import Any

import pytest

from tests import factories
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.content_routes import CHAT
from tests.database import fingerprint
from tests.learning.samples import step
from tests.stemcore.providers.calls import log_rows

LABEL = "Source 1 | Mechanics | page 2"


def said(**fields: Any) -> Any:
    return step({"answer": "A net force.", "safety": "ok", "citations": [], **fields})


async def test_it_answers_from_the_given_context(api: Api, cast: Cast, providers: Any) -> None:
    providers.script(said(citations=[{"sourceLabel": LABEL, "rationale": "Says so."}]))
    data = data_of(await CHAT.call(api, cast))
    assert isinstance(data.pop("latency_ms"), int)
    assert data == {
        "payload": {
            "answer": "A net force.",
            "safety": "ok",
            "citations": [{"sourceLabel": LABEL, "rationale": "Says so."}],
        },
        "provider": "openrouter",
        "model": "openai/gpt-4o-mini",
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
        "orchestration": {
            "engine": "direct_v1",
            "tool_mode": "off",
            "tool_calls": [],
            "tool_catalog": ["grounding_context.read", "memory.search", "memory.save"],
            "notes": "One generation over the given context; no tools.",
        },
    }


async def test_it_stores_nothing(api: Api, cast: Cast, providers: Any) -> None:
    providers.always(said())
    before = fingerprint()
    data_of(await CHAT.call(api, cast))
    # The call log is written later, by a task of its own.
    assert {**fingerprint(), "stem.provider_calls": None} == before


async def test_it_drops_citations_outside_the_context(api: Api, cast: Cast, providers: Any) -> None:
    forged = ["Source 3 | Optics | page 1", "Source 1 | Mechanics | page 3", "Wikipedia"]
    providers.script(said(citations=forged, confidence="high"))
    payload = data_of(await CHAT.call(api, cast))["payload"]
    assert payload["citations"] == []
    assert payload["confidence"] == "low"


async def test_it_cites_the_blueprint_only_when_there_is_one(
    api: Api, cast: Cast, providers: Any
) -> None:
    providers.always(said(citations=["Blueprint Context"]))
    with_one = data_of(await CHAT.call(api, cast))["payload"]
    without = data_of(await CHAT.call(api, cast, blueprint_context=""))["payload"]
    assert [citation["sourceLabel"] for citation in with_one["citations"]] == ["Blueprint Context"]
    assert without["citations"] == []


async def test_its_prompt_holds_every_part_in_a_fence(api: Api, cast: Cast, providers: Any) -> None:
    providers.always(said())
    await CHAT.call(
        api, cast, compacted_memory_context="Likes carts.", assignment_instructions="Build a cart."
    )
    (prompt,) = providers.prompts
    for name in (
        "class_title",
        "blueprint_context",
        "material_context",
        "memory_context",
        "transcript",
        "message",
        "assignment_instructions",
    ):
        assert prompt.user.count(f"⟦begin {name} ") == 1
    assert "Assignment mode" in prompt.system
    assert "Open practice" not in prompt.system
    assert prompt.body["max_tokens"] == 9000


async def test_it_is_open_practice_without_an_assignment(
    api: Api, cast: Cast, providers: Any
) -> None:
    providers.always(said())
    await CHAT.call(api, cast, assignment_instructions=None)
    assert "Open practice" in providers.prompts[0].system


async def test_it_passes_purpose_session_and_length_on(
    api: Api, cast: Cast, providers: Any
) -> None:
    providers.always(said())
    data = data_of(
        await CHAT.call(
            api,
            cast,
            purpose="homework_chat",
            session_id="s-7",
            max_tokens=500,
            tool_mode="plan",
            tool_catalog=["memory.search"],
            orchestration_hints={"engine": "direct_v1"},
        )
    )
    sent = providers.prompts[0].body
    assert (sent["session_id"], sent["max_tokens"]) == ("s-7", 500)
    assert data["orchestration"]["tool_mode"] == "plan"
    (row,) = await log_rows()
    assert (row.purpose, row.user_id, row.class_id) == (
        "homework_chat",
        cast.student.id,
        cast.classroom.id,
    )


async def test_it_refuses_who_is_not_in_the_class(api: Api, cast: Cast, providers: Any) -> None:
    fields = {**CHAT.body(cast), "user_id": str(cast.outsider.id)}
    error_of(await api.post(CHAT.path, fields, user=cast.outsider), 403, "class_access_required")
    assert not providers.prompts


async def test_a_guest_needs_the_sandbox_of_the_class(api: Api, cast: Cast, providers: Any) -> None:
    providers.always(said())
    guest = cast.guest_one
    fields = {
        **CHAT.body(cast),
        "user_id": str(guest.id),
        "class_id": str(cast.sandbox_classroom_one.id),
    }
    error_of(await api.post(CHAT.path, fields, user=guest), 400, "guest_sandbox_required")
    fields["sandbox_id"] = str(cast.sandbox_one.id)
    data_of(await api.post(CHAT.path, fields, user=guest))
    used = factories.row(type(cast.sandbox_one), id=cast.sandbox_one.id).chat_messages_used
    assert used == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"user_message": ""}, "user_message"),
        ({"class_title": None}, "class_title"),
        ({"transcript": [{"role": "system", "message": "x"}]}, "transcript.0.role"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 16_001}, "max_tokens"),
        ({"tool_mode": "yes"}, "tool_mode"),
        ({"class_id": "7"}, "class_id"),
        ({"orchestration_hints": []}, "orchestration_hints"),
    ],
)
async def test_it_names_the_field_that_does_not_fit(
    api: Api, cast: Cast, providers: Any, changes: dict[str, Any], field: str
) -> None:
    error = error_of(await CHAT.call(api, cast, **changes), 422, "validation_error")
    assert error["details"][0]["field"] == field
