"""Conversations with tools, in the wire format of each provider."""

import json
from itertools import permutations
from typing import Any

import pytest

from stemcore.answers.errors import UnusableAnswer
from stemcore.providers import (
    AnswerSchema,
    Generation,
    GenerationResult,
    Tool,
    ToolRound,
    generate_step,
)
from tests.stemcore.providers.calls import SYSTEM, USER, call, log_rows
from tests.stubs import steps

NAMES = ["openrouter", "openai", "gemini"]
PARAMETERS = {"type": "object", "properties": {"query": {"type": "string"}}}
SEARCH = Tool("memory.search", "Finds notes.", PARAMETERS)
COUNT = Tool("calculator", "Calculates.", PARAMETERS)
SCHEMA = AnswerSchema("short_answer", {"type": "object", "properties": {}})
ASKED = Generation(SYSTEM, USER, answer_schema=SCHEMA, tools=(SEARCH, COUNT))
TWO = steps.calls(("memory_search", {"query": "a"}), ("calculator", {"query": "1+1"}))


async def step(generation: Generation = ASKED, **kwargs: Any) -> tuple[Any, GenerationResult]:
    return await generate_step(generation, call(**kwargs), str)


def with_rounds(*rounds: ToolRound, **changes: Any) -> Generation:
    return Generation(
        SYSTEM, USER, answer_schema=SCHEMA, tools=(SEARCH, COUNT), rounds=rounds, **changes
    )


async def first_round(*outputs: str, **kwargs: Any) -> ToolRound:
    _, result = await step(**kwargs)
    return result.round(outputs)


@pytest.mark.parametrize("name", NAMES)
async def test_a_model_asks_for_two_tools_and_then_answers(providers: Any, name: str) -> None:
    providers.configure(name)
    providers.script(TWO, steps.answer("Done."))
    value, result = await step()
    assert value is None
    assert [(one.name, dict(one.args)) for one in result.calls] == [
        ("memory.search", {"query": "a"}),
        ("calculator", {"query": "1+1"}),
    ]
    value, result = await step(with_rounds(result.round(("nothing", "2"))))
    assert (value, result.calls) == ("Done.", ())
    assert [row.status for row in await log_rows()] == ["ok", "ok"]


@pytest.mark.parametrize("name", ["openrouter", "openai"])
async def test_rounds_are_messages_of_openai(providers: Any, name: str) -> None:
    providers.configure(name)
    providers.script(TWO, steps.answer("Done."))
    await step(with_rounds(await first_round("nothing", "2")))
    offered, replayed = (request.body for request in providers.prompts)
    assert [tool["function"]["name"] for tool in offered["tools"]] == [
        "memory_search",
        "calculator",
    ]
    assert offered["tools"][0] == {
        "type": "function",
        "function": {
            "name": "memory_search",
            "description": "Finds notes.",
            "parameters": PARAMETERS,
        },
    }
    assert "tool_choice" not in offered
    assert offered["response_format"]["type"] == "json_schema"
    asked, *results = replayed["messages"][2:]
    assert asked["role"] == "assistant"
    assert [made["id"] for made in asked["tool_calls"]] == ["call_0", "call_1"]
    assert json.loads(asked["tool_calls"][0]["function"]["arguments"]) == {"query": "a"}
    assert results == [
        {"role": "tool", "tool_call_id": "call_0", "content": "nothing"},
        {"role": "tool", "tool_call_id": "call_1", "content": "2"},
    ]


async def test_rounds_are_contents_of_gemini(providers: Any) -> None:
    providers.configure("gemini")
    providers.script(TWO, steps.answer("Done."))
    await step(with_rounds(await first_round("nothing", "2")))
    offered, replayed = (request.body for request in providers.prompts)
    (tools,) = offered["tools"]
    assert tools["functionDeclarations"][0] == {
        "name": "memory_search",
        "description": "Finds notes.",
        "parametersJsonSchema": PARAMETERS,
    }
    # This model refuses a form of answer beside tools.
    assert "responseMimeType" not in offered["generationConfig"]
    asked, results = replayed["contents"][1:]
    assert (asked["role"], results["role"]) == ("model", "user")
    assert asked["parts"][0]["functionCall"]["args"] == {"query": "a"}
    for sent, answered in zip(asked["parts"], results["parts"], strict=True):
        assert sent["functionCall"]["id"] == answered["functionResponse"]["id"]
        assert sent["functionCall"]["name"] == answered["functionResponse"]["name"]
    assert results["parts"][1]["functionResponse"]["response"] == {"output": "2"}


async def test_gemini_gets_its_signatures_back_and_nobody_else_does(providers: Any) -> None:
    providers.configure("gemini", "openai", model="gemini-3-pro")
    signed = {"thoughtSignature": "c2lnbmVk"}
    providers.gemini.script(steps.calls(("calculator", {"query": "1"}, signed)))
    made = await first_round("1", default_provider="gemini")
    await step(with_rounds(made), default_provider="gemini")
    part = providers.gemini.received[-1].body["contents"][1]["parts"][0]
    assert part["thoughtSignature"] == "c2lnbmVk"
    await step(with_rounds(made), default_provider="openai")
    assert "c2lnbmVk" not in json.dumps(providers.openai.received[-1].body)


async def test_a_call_of_another_model_gets_the_signature_that_stands_for_none(
    providers: Any,
) -> None:
    providers.configure("gemini", "openai", model="gemini-3-pro")
    providers.openai.script(TWO)
    made = await first_round("a", "b", default_provider="openai")
    await step(with_rounds(made), default_provider="gemini")
    parts = providers.gemini.received[-1].body["contents"][1]["parts"]
    assert parts[0]["thoughtSignature"] == "skip_thought_signature_validator"
    assert "thoughtSignature" not in parts[1]


async def test_thoughts_come_back_to_the_model_that_had_them(providers: Any) -> None:
    providers.configure("openrouter")
    message = {
        "content": None,
        "reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}],
        "tool_calls": [{"function": {"name": "calculator", "arguments": "{}"}}],
    }
    providers.script(steps.raw(json.dumps({"choices": [{"message": message}]}).encode()))
    await step(with_rounds(await first_round("1")))
    replayed = providers.prompts[-1].body["messages"][2]
    assert replayed["reasoning_details"] == message["reasoning_details"]


@pytest.mark.parametrize(("first", "second"), [*permutations(NAMES, 2)])
async def test_the_next_provider_goes_on_where_the_first_one_died(
    providers: Any, first: str, second: str
) -> None:
    providers.configure(first, second)
    getattr(providers, first).script(TWO, steps.error(401))
    getattr(providers, second).script(steps.answer("Done."))
    made = await first_round("nothing", "2", default_provider=first)
    value, result = await step(with_rounds(made), default_provider=first)
    assert (value, result.provider) == ("Done.", second)
    replayed = json.dumps(getattr(providers, second).received[-1].body)
    assert "nothing" in replayed
    assert "memory_search" in replayed


@pytest.mark.parametrize(
    ("sent", "args", "broken"),
    [
        ('{"query": "a"}', {"query": "a"}, False),
        ('"{\\"query\\": \\"a\\"}"', {"query": "a"}, False),
        ("", {}, False),
        ('{"query": NaN}', {"query": None}, False),
        ('{"query": "a\\u0000\\ud800"}', {"query": "a\ufffd"}, False),
        ("[1]", {}, True),
        ('{"query": "half', {}, True),
        ("[" * 100_000, {}, True),
    ],
)
async def test_arguments_are_read_in_every_form(
    providers: Any, sent: str, args: dict[str, Any], broken: bool
) -> None:
    providers.configure("openai")
    providers.script(steps.calls(("calculator", sent)))
    _, result = await step()
    (made,) = result.calls
    assert (dict(made.args), made.broken) == (args, broken)


async def test_an_object_and_the_old_form_of_a_call_are_read(providers: Any) -> None:
    providers.configure("openai")
    call_object = {"function": {"name": "calculator", "arguments": {"query": "1"}}}
    for message in (
        {"content": None, "tool_calls": [call_object, None, {"function": {}}, "x"]},
        {"content": "", "function_call": {"name": "calculator", "arguments": '{"query": "1"}'}},
    ):
        providers.script(steps.raw(json.dumps({"choices": [{"message": message}]}).encode()))
        _, result = await step()
        assert [dict(one.args) for one in result.calls] == [{"query": "1"}]


@pytest.mark.parametrize("given", [None, "", "same", "x" * 65, "ü", 7])
async def test_every_call_has_an_id_of_its_own(providers: Any, given: Any) -> None:
    providers.configure("openai")
    providers.always(steps.calls(*[("calculator", {}, {"id": given})] * 3))
    _, first = await step()
    _, second = await step(with_rounds(first.round(("1", "2", "3"))))
    ids = [one.id for one in first.calls + second.calls]
    assert len(set(ids)) == 6
    assert all(0 < len(one) <= 40 for one in ids)


async def test_countless_calls_are_cut_to_a_few(providers: Any) -> None:
    providers.configure("gemini")
    providers.script(steps.calls(*[("calculator", {})] * 500))
    _, result = await step()
    assert len(result.calls) == 16


@pytest.mark.parametrize("name", NAMES)
async def test_calls_that_were_cut_off_are_asked_for_with_more_room(
    providers: Any, name: str
) -> None:
    providers.configure(name)
    reason = "max_tokens" if name == "gemini" else "length"
    half = steps.calls(("calculator", '{"query": "1+'), finish_reason=reason)
    providers.script(half, TWO)
    _, result = await step()
    assert len(result.calls) == 2
    field = "max_tokens" if name == "openrouter" else "max_completion_tokens"
    asked = [
        request.body.get(field) or request.body["generationConfig"]["maxOutputTokens"]
        for request in providers.prompts
    ]
    assert asked[1] > asked[0]


@pytest.mark.parametrize("name", NAMES)
async def test_no_call_is_taken_when_none_may_be_made(providers: Any, name: str) -> None:
    providers.configure(name)
    providers.script(TWO, TWO, steps.calls(("calculator", {}), text="So be it."))
    made = await first_round("a", "b")
    closed = with_rounds(made, calls_open=False)
    with pytest.raises(Exception, match="empty answer"):
        await step(closed)
    value, result = await step(closed)
    assert (value, result.calls) == ("So be it.", ())
    body = providers.prompts[-1].body
    assert body["tools"]
    if name == "gemini":
        assert body["toolConfig"] == {"functionCallingConfig": {"mode": "NONE"}}
    else:
        assert body["tool_choice"] == "none"


@pytest.mark.parametrize("name", NAMES)
async def test_a_server_without_tools_gets_the_rounds_in_words(providers: Any, name: str) -> None:
    providers.configure(name)
    providers.script(TWO)
    made = await first_round("no notes", "2")

    def deaf(request: Any) -> steps.Step:
        if "tools" in request.body:
            message = "No endpoints found that support tool use."
            return steps.raw(json.dumps({"error": {"message": message}}).encode(), 404)
        return steps.answer("Done.")

    providers.always(deaf)
    value, _ = await step(with_rounds(made))
    assert value == "Done."
    sent = providers.prompts[-1]
    assert 'memory.search({"query": "a"}) gave:\nno notes' in sent.user
    assert "tool_calls" not in json.dumps(sent.body)
    await step(with_rounds(made))  # what was learned needs no second refusal
    assert len(providers.prompts) == 4


async def test_a_form_that_is_refused_beside_tools_leaves_the_tools(providers: Any) -> None:
    providers.configure("gemini", model="gemini-3-pro")

    def picky(request: Any) -> steps.Step:
        if "responseMimeType" in request.body["generationConfig"] and "tools" in request.body:
            message = "Function calling with a response mime type is unsupported"
            error = {"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}
            return steps.raw(json.dumps(error).encode(), 400)
        return TWO

    providers.always(picky)
    _, result = await step()
    assert len(result.calls) == 2


async def test_faults_of_an_answer_come_after_the_rounds(providers: Any) -> None:
    providers.configure("openai")
    providers.script(TWO, steps.answer("bad"), steps.answer("good"))
    made = await first_round("a", "b")

    def read(text: str) -> str:
        if text == "bad":
            raise UnusableAnswer(["it is bad"], "Invalid: it is bad")
        return text

    value, _ = await generate_step(with_rounds(made), call(), read)
    assert value == "good"
    last = providers.prompts[-1].body["messages"][-1]
    assert last["role"] == "user"
    assert "- it is bad" in last["content"]
