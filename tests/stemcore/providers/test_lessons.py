"""What a server takes is learned from its refusals, and remembered for its model."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from stemcore.answers.errors import UnusableAnswer
from stemcore.providers import AnswerSchema, Generation, ProviderError, generate, generate_answer
from tests.stemcore.providers.calls import SYSTEM, USER, call, log_rows
from tests.stubs import steps

SHAPE = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
AS_JSON = Generation(SYSTEM, USER, answer_schema=AnswerSchema("first", SHAPE))
OTHER_JSON = Generation(SYSTEM, USER, answer_schema=AnswerSchema("second", SHAPE))
AS_TEXT = Generation(SYSTEM, USER)

Judge = Callable[[dict[str, Any]], steps.Step | None]


def server(judge: Judge, text: str = '{"a": "b"}') -> Callable[[Any], steps.Step]:
    """A server that answers what `judge` makes of a request's body, and else `text`."""
    return lambda received: judge(received.body) or steps.answer(text)


def refusal(status: int, message: str, **fields: Any) -> steps.Step:
    import json

    error = {"message": message, "type": "invalid_request_error", "param": None, **fields}
    return steps.raw(json.dumps({"error": error}).encode(), status)


async def asked(providers: Any, *generations: Generation) -> list[dict[str, Any]]:
    """The bodies that these generations, one after the other, sent; all are answered."""
    for generation in generations:
        assert (await generate(generation, call())).content == '{"a": "b"}'
    return [request.body for request in providers.received]


def form(body: dict[str, Any]) -> str:
    return str(body.get("response_format", {}).get("type", "plain"))


FORMAT_REFUSALS = {
    "named": refusal(400, "Unknown field", param="response_format"),
    "in words": refusal(400, "'response_format' is not supported by this deployment"),
    "by openrouter": refusal(404, "No endpoints found that support the requested parameters"),
    "unprocessable": refusal(422, "Extra inputs are not permitted"),
    "without a word": steps.raw(b"", 400),
    "as a detail": steps.raw(b'{"detail": "json_object unsupported"}', 422),
    "in a 200": steps.raw(b'{"error": {"code": 400, "message": "response_format unsupported"}}'),
}


@pytest.mark.parametrize("case", FORMAT_REFUSALS)
async def test_it_asks_plainly_where_no_format_is_known(providers: Any, case: str) -> None:
    providers.configure("openrouter", model=f"vendor/{case}")
    refused = FORMAT_REFUSALS[case]
    providers.always(server(lambda body: refused if "response_format" in body else None))
    bodies = await asked(providers, AS_JSON, AS_JSON, OTHER_JSON)
    assert [form(body) for body in bodies] == [
        "json_schema",
        "json_object",
        "plain",
        "plain",
        "plain",
    ]
    assert len(await log_rows()) == 3


async def test_it_asks_for_objects_where_schemas_are_not_known(providers: Any) -> None:
    providers.configure("openai", model="only-objects")
    refused = refusal(400, "json_schema is not supported", param="response_format.type")
    providers.always(server(lambda body: refused if form(body) == "json_schema" else None))
    bodies = await asked(providers, AS_JSON, OTHER_JSON)
    assert [form(body) for body in bodies] == ["json_schema", "json_object", "json_object"]


async def test_it_keeps_schemas_where_one_is_invalid(providers: Any) -> None:
    providers.configure("openai", model="one-schema-refused")
    refused = refusal(400, "Invalid schema for response_format 'first'", param="response_format")

    def judge(body: dict[str, Any]) -> steps.Step | None:
        described = body["response_format"].get("json_schema", {})
        return refused if described.get("name") == "first" else None

    providers.always(server(judge))
    bodies = await asked(providers, AS_JSON, OTHER_JSON, AS_JSON)
    assert [form(body) for body in bodies] == [
        "json_schema",
        "json_object",
        "json_schema",
        "json_object",
    ]


PARAMETERS: dict[str, tuple[str, Judge, dict[str, Any]]] = {
    "max_completion_tokens wanted": (
        "local-model",
        lambda body: (
            refusal(
                400,
                "Unsupported parameter: 'max_tokens' is not supported with this model. "
                "Use 'max_completion_tokens' instead.",
                param="max_tokens",
                code="unsupported_parameter",
            )
            if "max_tokens" in body
            else None
        ),
        {"max_completion_tokens": 1200, "temperature": 0.2},
    ),
    "max_tokens wanted": (
        "gpt-compatible",
        lambda body: (
            refusal(422, "unknown field max_completion_tokens")
            if "max_completion_tokens" in body
            else None
        ),
        {"max_tokens": 1200, "temperature": 0.2},
    ),
    "neither wanted": (
        "no-limits",
        lambda body: (
            refusal(400, f"unexpected {[name for name in body if 'tokens' in name]}")
            if any("tokens" in name for name in body)
            else None
        ),
        {"temperature": 0.2},
    ),
    "no temperature": (
        "reasoner",
        lambda body: (
            refusal(
                400,
                "'temperature' does not support 0.2 with this model.",
                param="temperature",
                code="unsupported_value",
            )
            if "temperature" in body
            else None
        ),
        {"max_tokens": 1200},
    ),
    "fewer tokens": (
        "small-model",
        lambda body: (
            refusal(400, "max_tokens is too large: 1200. At most 1000 are supported.")
            if body["max_tokens"] > 1000
            else None
        ),
        {"max_tokens": 1000, "temperature": 0.2},
    ),
    "fewer tokens, unsaid how many": (
        "smaller-model",
        lambda body: (
            refusal(400, "max_tokens exceeds the limit") if body["max_tokens"] > 700 else None
        ),
        {"max_tokens": 600, "temperature": 0.2},
    ),
    "temperature and tokens": (
        "picky",
        lambda body: (
            refusal(400, "bad", param="temperature")
            if "temperature" in body
            else refusal(400, "bad", param="max_tokens")
            if "max_tokens" in body
            else None
        ),
        {"max_completion_tokens": 1200},
    ),
}


@pytest.mark.parametrize("case", PARAMETERS)
async def test_it_learns_which_parameters_a_model_takes(providers: Any, case: str) -> None:
    model, judge, wanted = PARAMETERS[case]
    providers.configure("openai", model=model)
    providers.always(server(judge))
    *_, before, last = await asked(providers, AS_TEXT, AS_TEXT)
    kept = {key: value for key, value in last.items() if key not in ("model", "messages")}
    assert kept == wanted
    assert before == last  # the second request was right at once


async def test_it_puts_the_system_text_before_the_users_where_there_is_no_system(
    providers: Any,
) -> None:
    providers.configure("openai", model="no-system-role")
    judge = server(
        lambda body: (
            refusal(400, "role 'system' is not supported", param="messages[0].role 'system'")
            if body["messages"][0]["role"] == "system"
            else None
        )
    )
    providers.always(judge)
    *_, last = await asked(providers, AS_TEXT, AS_TEXT)
    assert last["messages"] == [{"role": "user", "content": f"{SYSTEM}\n\n{USER}"}]
    assert len(providers.received) == 3


@pytest.mark.parametrize(
    "refused",
    [
        refusal(404, "The model `nope` does not exist", code="model_not_found"),
        refusal(400, "vendor/nope is not a valid model ID"),
        refusal(400, "This model's maximum context length is 8192 tokens, max_tokens is 1200"),
        refusal(400, "flagged by moderation"),
        refusal(400, "API key not valid. Please pass a valid API key."),
        refusal(401, "temperature"),
        refusal(413, "max_tokens"),
    ],
)
async def test_it_does_not_ask_otherwise_where_that_cannot_help(
    providers: Any, refused: steps.Step
) -> None:
    providers.configure("openai", model="hopeless")
    providers.always(refused)
    with pytest.raises(ProviderError):
        await generate(AS_JSON, call())
    assert len(providers.received) == 1


async def test_it_ends_where_a_server_refuses_everything(providers: Any) -> None:
    providers.configure("openai", model="refuses-all")
    words = "temperature max_tokens max_completion_tokens response_format 'system'"
    providers.always(refusal(400, words))
    with pytest.raises(ProviderError, match="status 400"):
        await generate(AS_JSON, call())
    assert len(providers.received) <= 7


async def test_it_learns_nothing_from_words_that_no_answer_proves(providers: Any) -> None:
    providers.configure("openai", model="repeats-prompts")
    providers.script(*[refusal(400, "cannot do: temperature max_tokens response_format")] * 7)
    with pytest.raises(ProviderError):
        await generate(AS_JSON, call())
    providers.stub.received.clear()
    await generate(AS_JSON, call())
    assert {"temperature", "max_tokens", "response_format"} <= set(providers.received[0].body)


async def test_it_learns_once_for_all_who_ask_together(providers: Any) -> None:
    providers.configure("openai", model="asked-together")
    judge = PARAMETERS["max_completion_tokens wanted"][1]
    providers.always(server(judge))
    await asyncio.gather(*(generate(AS_TEXT, call()) for _ in range(8)))
    providers.stub.received.clear()
    (body,) = await asked(providers, AS_TEXT)
    assert "max_completion_tokens" in body


async def test_it_learns_for_one_model_alone(providers: Any) -> None:
    judge = PARAMETERS["no temperature"][1]
    providers.configure("openai", model="learned-here")
    providers.always(server(judge))
    await asked(providers, AS_TEXT)
    providers.configure("openai", model="not-there")
    providers.always(server(lambda body: None))
    assert "temperature" in (await asked(providers, AS_TEXT))[-1]


async def test_it_gives_gemini_what_it_takes(providers: Any) -> None:
    providers.configure("gemini", model="gemma-3-27b-it")

    def judge(body: dict[str, Any]) -> steps.Step | None:
        config = body["generationConfig"]
        if "systemInstruction" in body:
            return refusal(400, "Developer instruction is not enabled for models/gemma-3-27b-it")
        if "responseJsonSchema" in config or "responseMimeType" in config:
            return refusal(400, "JSON mode is not enabled for models/gemma-3-27b-it")
        if "temperature" in config:
            return refusal(400, "Invalid value at 'generation_config.temperature'")
        return None

    def answer(received: Any) -> steps.Step:
        return judge(received.body) or steps.answer('{"a": "b"}')

    providers.always(answer)
    *_, before, last = await asked(providers, AS_JSON, AS_JSON)
    assert before == last
    assert last["generationConfig"] == {"maxOutputTokens": 1200}
    assert last["contents"][0]["parts"] == [{"text": f"{SYSTEM}\n\n{USER}"}]


# Room --------------------------------------------------------------------------------------------


def needs(tokens: int) -> Callable[[Any], steps.Step]:
    """A model whose thoughts eat the budget below that number of tokens."""

    def answer(received: Any) -> steps.Step:
        config = received.body.get("generationConfig", received.body)
        asked = config.get("max_tokens") or config.get("maxOutputTokens")
        if asked >= tokens:
            return steps.answer('{"a": "b"}')
        reason = "MAX_TOKENS" if "generationConfig" in received.body else "length"
        return steps.answer("", finish_reason=reason)

    return answer


@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
async def test_it_gives_room_to_thoughts_that_eat_the_budget(providers: Any, name: str) -> None:
    providers.configure(name, model="vendor/model-a")
    providers.always(needs(3000))
    await asked(providers, AS_TEXT, AS_TEXT)
    assert len(providers.received) == 3  # learned by the first request
    rows = await log_rows()
    assert [(row.attempt, row.total_tokens) for row in rows] == [(1, 36), (1, 18)]


async def test_it_gives_that_room_once(providers: Any) -> None:
    providers.configure("openrouter", model="vendor/ruminates")
    providers.always(needs(10**9))
    with pytest.raises(ProviderError, match="empty answer \\(length\\)"):
        await generate(AS_TEXT, call())
    assert len(providers.received) == 2


def cut_below(tokens: int, text: str = '{"a": "half') -> Callable[[Any], steps.Step]:
    def answer(received: Any) -> steps.Step:
        if received.body["max_tokens"] >= tokens:
            return steps.answer('{"a": "b"}')
        return steps.answer(text, finish_reason="length")

    return answer


def read(text: str) -> str:
    if not text.endswith("}"):
        raise UnusableAnswer(["it ends early"], "Invalid JSON")
    return text


async def test_it_asks_for_a_cut_answer_again_with_more_room(providers: Any) -> None:
    providers.configure("openai", model="writes-long")
    providers.always(cut_below(5000))
    value, result = await generate_answer(AS_JSON, call(), read)
    assert value == '{"a": "b"}'
    assert [request.body["max_tokens"] for request in providers.received] == [1200, 5296]
    assert [row.error_kind for row in await log_rows()] == ["cut", ""]
    assert result.provider == "openai"


async def test_it_reads_a_cut_answer_when_more_room_is_refused(providers: Any) -> None:
    providers.configure("openai", model="no-more-room")

    def answer(received: Any) -> steps.Step:
        if received.body["max_tokens"] > 1200:
            return steps.error(413)
        return steps.answer('{"a": ["b", {"c": 1}', finish_reason="length")

    providers.always(answer)
    value, result = await generate_answer(AS_JSON, call(), read)
    assert value == '{"a": ["b", {"c": 1}'
    assert result.usage is not None


async def test_it_moves_on_from_a_cut_answer_of_no_use(providers: Any) -> None:
    providers.openrouter.always(steps.answer('{"a": "half', finish_reason="length"))
    providers.openai.always(steps.answer('{"a": "b"}'))
    value, result = await generate_answer(AS_JSON, call(), read)
    assert (value, result.provider) == ('{"a": "b"}', "openai")
    assert len(providers.openrouter.received) == 3  # more room, then its faults


async def test_it_does_not_ask_again_for_whole_json_with_blanks_cut_off(providers: Any) -> None:
    providers.configure("openai", model="blanks")
    providers.always(steps.answer('{"a": "b"}\n\n  \n', finish_reason="length"))
    await generate_answer(AS_JSON, call(), lambda text: text)
    assert len(providers.received) == 1


async def test_it_serves_a_cut_text_that_was_asked_for_as_text(providers: Any) -> None:
    providers.configure("openai", model="plain-text")
    providers.always(steps.answer("half a sent", finish_reason="length"))
    assert (await generate(AS_TEXT, call())).content == "half a sent"
    assert len(providers.received) == 1
