"""What goes over the wire to each provider, and what comes back from it."""

from typing import Any

import pytest

from stemcore.providers import AnswerSchema, Generation, Usage, generate
from tests.provider_fixtures import KEY
from tests.stemcore.providers.calls import SYSTEM, USER, ask, call
from tests.stubs import steps

SCHEMA = AnswerSchema(
    "short_answer",
    {
        "type": "object",
        "properties": {"answer": {"type": "string"}},
        "required": ["answer"],
        "additionalProperties": False,
    },
)
ASKED = Generation(SYSTEM, USER, temperature=0.7, max_tokens=321)
AS_JSON = Generation(SYSTEM, USER, answer_schema=SCHEMA)


@pytest.mark.parametrize("name", ["openrouter", "openai"])
async def test_it_sends_a_chat_completion(providers: Any, name: str) -> None:
    providers.configure(name)
    result = await generate(ASKED, call())
    (request,) = providers.received
    assert request.path.endswith("/v1/chat/completions")
    assert request.headers["authorization"] == f"Bearer {KEY.format(name=name)}"
    sent = {"openrouter": ("openai/gpt-4o-mini", "max_tokens")}
    model, tokens_field = sent.get(name, ("gpt-4o-mini", "max_completion_tokens"))
    assert request.body == {
        "model": model,
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": USER},
        ],
        tokens_field: 321,
        "temperature": 0.7,
    }
    assert (result.provider, result.model) == (name, model)
    assert result.usage == Usage(11, 7, 18)
    assert isinstance(result.latency_ms, int)


async def test_it_sends_a_gemini_request(providers: Any) -> None:
    providers.configure("gemini")
    result = await generate(ASKED, call())
    (request,) = providers.received
    assert request.path.endswith("/models/gemini-2.0-flash:generateContent")
    assert request.headers["x-goog-api-key"] == KEY.format(name="gemini")
    assert (request.system, request.user) == (SYSTEM, USER)
    assert request.body["generationConfig"] == {"maxOutputTokens": 321, "temperature": 0.7}
    assert (result.provider, result.model) == ("gemini", "gemini-2.0-flash")
    assert result.usage == Usage(11, 7, 18)


@pytest.mark.parametrize("version", ["", "/v1beta", "/v1alpha2"])
async def test_the_address_of_gemini_may_hold_the_version(providers: Any, version: str) -> None:
    providers.configure("gemini", base_url=f"{providers.gemini.base_url}{version}")
    await generate(ASKED, call())
    (request,) = providers.received
    assert request.path == f"/gemini{version or '/v1'}/models/gemini-2.0-flash:generateContent"


@pytest.mark.parametrize("name", ["openrouter", "openai"])
async def test_it_asks_for_a_strict_json_schema(providers: Any, name: str) -> None:
    providers.configure(name)
    await generate(AS_JSON, call())
    assert providers.received[0].body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "short_answer", "schema": SCHEMA.schema, "strict": True},
    }


async def test_it_asks_gemini_for_a_json_schema(providers: Any) -> None:
    providers.configure("gemini")
    await generate(AS_JSON, call())
    config = providers.received[0].body["generationConfig"]
    assert config["responseMimeType"] == "application/json"
    assert config["responseJsonSchema"] == SCHEMA.schema


@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
async def test_it_asks_without_the_schema_when_a_server_refuses_it(
    providers: Any, name: str
) -> None:
    # Another model: what a server refuses is remembered by model.
    providers.configure(name, model="small-local-model")
    providers.script(steps.error(400), steps.answer("{}"), steps.answer("{}"))
    for _ in range(2):
        assert (await generate(AS_JSON, call())).content == "{}"
    first, second, third = (request.body for request in providers.received)
    if name == "gemini":
        assert "responseJsonSchema" in first["generationConfig"]
        for later in (second, third):
            assert later["generationConfig"]["responseMimeType"] == "application/json"
            assert "responseJsonSchema" not in later["generationConfig"]
    else:
        assert first["response_format"]["type"] == "json_schema"
        assert second["response_format"] == third["response_format"] == {"type": "json_object"}


async def test_it_tells_openrouter_about_app_session_and_transforms(providers: Any) -> None:
    providers.configure("openrouter", site_url="https://school.example", app_name="STEM – Schüler")
    asked = Generation(SYSTEM, USER, session_id="s-1", transforms=("middle-out",))
    await generate(asked, call())
    (request,) = providers.received
    assert request.headers["http-referer"] == "https://school.example"
    assert request.headers["x-title"] == "STEM ? Sch?ler"
    assert request.body["session_id"] == "s-1"
    assert request.body["transforms"] == ["middle-out"]


@pytest.mark.parametrize("name", ["openai", "gemini"])
async def test_it_tells_nobody_else(providers: Any, name: str) -> None:
    providers.configure(name, site_url="https://school.example", app_name="STEM")
    await generate(Generation(SYSTEM, USER, session_id="s-1", transforms=("m",)), call())
    (request,) = providers.received
    assert not {"session_id", "transforms"} & set(request.body)
    assert not {"http-referer", "x-title"} & set(request.headers)


@pytest.mark.parametrize(
    ("name", "model", "sent"),
    [
        ("openai", "gpt-5-mini", {"max_completion_tokens": 1200 + 4096}),
        ("openai", "o3", {"max_completion_tokens": 1200 + 4096}),
        ("openai", "gpt-5.1-chat-latest", {"max_completion_tokens": 1200, "temperature": 0.2}),
        ("openai", "llama-3.1-8b", {"max_tokens": 1200, "temperature": 0.2}),
        ("openrouter", "openai/gpt-5", {"max_tokens": 1200 + 4096}),
        ("openrouter", "meta/llama-4", {"max_tokens": 1200, "temperature": 0.2}),
    ],
)
async def test_it_sends_what_the_model_takes(
    providers: Any, name: str, model: str, sent: dict[str, Any]
) -> None:
    providers.configure(name, model=model)
    await ask()
    body = providers.received[0].body
    assert {key: body[key] for key in body if key not in ("model", "messages")} == sent


async def test_it_gives_gemini_room_to_think_and_leaves_the_thoughts_out(providers: Any) -> None:
    providers.configure("gemini", model="gemini-2.5-flash")
    providers.always(
        steps.raw(
            b'{"candidates": [{"content": {"parts": [{"text": "Hm.", "thought": true},'
            b' {"text": "Blue "}, {"text": "light."}]}, "finishReason": "STOP"}],'
            b' "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4,'
            b' "thoughtsTokenCount": 50, "totalTokenCount": 57}}'
        )
    )
    result = await ask()
    assert result.content == "Blue light."
    assert result.usage == Usage(3, 54, 57)
    assert providers.received[0].body["generationConfig"]["maxOutputTokens"] == 1200 + 4096


@pytest.mark.parametrize("name", ["openai", "gemini"])
async def test_it_leaves_unknown_usage_unknown(providers: Any, name: str) -> None:
    providers.configure(name)
    providers.always(steps.answer("text", usage=None))
    assert (await ask()).usage is None


async def test_it_survives_nonsense_in_the_usage(providers: Any) -> None:
    providers.configure("openai")
    providers.always(
        steps.raw(
            b'{"choices": [{"message": {"content": "text"}}], "usage": {"prompt_tokens": "many",'
            b' "completion_tokens": -3, "total_tokens": 99999999999999}}'
        )
    )
    assert (await ask()).usage is None


@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
async def test_it_passes_the_content_through_unchanged(providers: Any, name: str) -> None:
    content = '  \n```json\n{"a": "\\\\frac{1}{2} ≤ 🙂"}\n```  '
    providers.configure(name)
    providers.always(steps.answer(content))
    assert (await ask()).content == content


@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
async def test_it_replaces_half_a_surrogate_pair_both_ways(providers: Any, name: str) -> None:
    providers.configure(name)
    providers.always(steps.answer("cut \ud83d here"))
    result = await generate(Generation("be \ud83d brief", USER), call())
    assert result.content == "cut \ufffd here"
    assert providers.received[0].system == "be \ufffd brief"


async def test_it_reads_content_that_comes_in_parts(providers: Any) -> None:
    providers.configure("openai")
    providers.always(
        steps.raw(
            b'{"choices": [{"message": {"content": [{"type": "text", "text": "Blue "},'
            b' {"type": "text", "text": "light."}]}}]}'
        )
    )
    assert (await ask()).content == "Blue light."
