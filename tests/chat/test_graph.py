"""The graph engine, as `POST /v1/chat/generate` shows it."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest

from tests import factories
from tests.cast import Cast
from tests.chat.gates import number, until
from tests.chat.graphs import ALL_TOOLS, HINTS, LABEL, ask_graph, kinds_of, outputs_of, said
from tests.client import Api, error_of
from tests.content_routes import CHAT
from tests.stubs import steps

NAMES = ["openrouter", "openai", "gemini"]
TWO = steps.calls(
    ("grounding_context_read", {"part": "material"}), ("calculator", {"expression": "2*3"})
)


@pytest.mark.parametrize("name", NAMES)
async def test_two_tools_and_a_cited_answer(
    api: Api, cast: Cast, providers: Any, name: str
) -> None:
    providers.configure(name)
    providers.script(TWO, said())
    data = await ask_graph(api, cast, tool_catalog=ALL_TOOLS)
    assert data["payload"]["citations"] == [{"sourceLabel": LABEL, "rationale": "Says so."}]
    assert data["provider"] == name
    assert data["usage"] == {"prompt_tokens": 22, "completion_tokens": 14, "total_tokens": 36}
    shown = data["orchestration"]
    assert (shown["engine"], shown["tool_mode"]) == ("langgraph_v1", "auto")
    assert shown["tool_catalog"] == ALL_TOOLS
    assert kinds_of(data) == [
        ("tool_call", "grounding_context.read"),
        ("tool_call", "calculator"),
        ("tool_result", "grounding_context.read"),
        ("tool_result", "calculator"),
    ]
    first, second = (one for one in shown["tool_calls"] if one["type"] == "tool_call")
    assert (first["args"], second["args"]) == ({"part": "material"}, {"expression": "2*3"})
    read, product = outputs_of(data)
    assert "F = ma" in read
    assert product == "6"


@pytest.mark.parametrize("name", NAMES)
async def test_the_first_provider_dies_between_the_rounds(
    api: Api, cast: Cast, providers: Any, name: str
) -> None:
    other = NAMES[(NAMES.index(name) + 1) % 3]
    providers.configure(name, other)
    providers.settings.AI_PROVIDER_DEFAULT = name
    getattr(providers, name).script(TWO, steps.error(401))
    getattr(providers, other).script(said())
    data = await ask_graph(api, cast, tool_catalog=ALL_TOOLS)
    assert (data["provider"], data["orchestration"]["engine"]) == (other, "langgraph_v1")
    assert data["payload"]["citations"][0]["sourceLabel"] == LABEL
    assert len(kinds_of(data)) == 4
    assert "F = ma" in json.dumps(getattr(providers, other).received[-1].body)


async def test_results_come_in_the_fences_of_the_prompt(
    api: Api, cast: Cast, providers: Any
) -> None:
    providers.configure("openai")
    providers.script(TWO, said())
    await ask_graph(api, cast, tool_catalog=ALL_TOOLS)
    first, second = providers.prompts
    mark = first.user.rpartition("⟦end message ")[2][:16]
    results = [one["content"] for one in second.body["messages"] if one["role"] == "tool"]
    assert results[1] == f"⟦begin tool_result {mark}⟧\n6\n⟦end tool_result {mark}⟧"
    assert "tool_result" not in second.system


@pytest.mark.parametrize("engine", [HINTS, {}])
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (None, ["grounding_context.read", "memory.search", "memory.save"]),
        ([], []),
        (["calculator", "web.search"], ["calculator", "web.search"]),
    ],
)
async def test_the_catalogue_in_force_is_reported(
    api: Api, cast: Cast, providers: Any, engine: dict[str, str], sent: Any, shown: list[str]
) -> None:
    providers.always(said())
    data = await ask_graph(api, cast, tool_catalog=sent, orchestration_hints=engine)
    assert data["orchestration"]["tool_catalog"] == shown


async def test_no_tool_beyond_the_catalogue_is_offered(
    api: Api, cast: Cast, providers: Any
) -> None:
    providers.configure("openai")
    providers.always(said())
    await ask_graph(api, cast, tool_catalog=["calculator", "web.search", "calculator"])
    (tool,) = providers.prompts[0].body["tools"]
    assert tool["function"]["name"] == "calculator"
    for changes in ({"tool_catalog": []}, {"tool_mode": "off"}):
        data = await ask_graph(api, cast, **changes)
        assert "tools" not in providers.prompts[-1].body
        assert data["orchestration"]["engine"] == "langgraph_v1"


async def test_a_plan_lists_calls_and_runs_none(api: Api, cast: Cast, providers: Any) -> None:
    providers.configure("openai")
    providers.script(TWO, said())
    data = await ask_graph(api, cast, tool_catalog=ALL_TOOLS, tool_mode="plan")
    assert kinds_of(data) == [("tool_call", "grounding_context.read"), ("tool_call", "calculator")]
    assert data["orchestration"]["engine"] == "langgraph_v1"
    assert providers.prompts[-1].body["tool_choice"] == "none"
    assert "F = ma" not in json.dumps(providers.prompts[-1].body["messages"][2:])


async def test_a_loop_ends_after_six_rounds(api: Api, cast: Cast, providers: Any) -> None:
    def looping(request: Any) -> steps.Step:
        closed = request.body.get("tool_choice") == "none"
        return said() if closed else steps.calls(("calculator", {"expression": "1+1"}))

    providers.configure("openai")
    providers.always(looping)
    data = await ask_graph(api, cast, tool_catalog=ALL_TOOLS)
    assert len(kinds_of(data)) == 12
    assert len(providers.prompts) == 7
    assert data["orchestration"]["engine"] == "langgraph_v1"


async def test_who_calls_for_ever_ends_within_nine_answers(
    api: Api, cast: Cast, providers: Any
) -> None:
    providers.configure("openai")
    providers.always(steps.calls(("calculator", {"expression": "1+1"})))
    answer = await CHAT.call(
        api, cast, orchestration_hints=HINTS, tool_mode="auto", tool_catalog=ALL_TOOLS
    )
    error_of(answer, 502, "chat_error")
    assert len(providers.prompts) <= 9


async def test_the_direct_engine_answers_when_the_graph_gets_nothing_valid(
    api: Api, cast: Cast, providers: Any
) -> None:
    providers.configure("openai")
    providers.script(TWO, steps.answer("no"), steps.answer("no again"), said())
    data = await ask_graph(api, cast, tool_catalog=ALL_TOOLS)
    shown = data["orchestration"]
    assert shown["engine"] == "direct_v1"
    assert shown["notes"].startswith("langgraph_v1 got no valid answer; direct_v1 answered.")
    assert len(shown["tool_calls"]) == 4
    assert data["usage"]["total_tokens"] == 36


@pytest.mark.parametrize(
    ("call", "output"),
    [
        (("web_search", {"query": "x"}), "There is no tool of this name."),
        (("memory_save", {"text": "x"}), "There is no tool of this name."),
        (("calculator", "[1]"), "The arguments are no JSON object"),
        (("calculator", {}), "Wrong arguments: expression: Field required."),
        (("calculator", {"expression": 7}), "Wrong arguments: expression: Input should be"),
        (("calculator", {"expression": "1" * 5_000}), "Wrong arguments: expression: String should"),
        (("calculator", {"expression": "1" * 50_000}), "The arguments are no JSON object"),
        (("calculator", {"expression": "9**9**9"}), "Cannot calculate this: the power"),
        (("grounding_context_read", {"part": "secrets"}), "Wrong arguments: part: Input should"),
        (("grounding_context_read", {"offset": 10**9}), "There is no blueprint from there on."),
    ],
)
async def test_a_wrong_call_is_told_to_the_model(
    api: Api, cast: Cast, providers: Any, call: Any, output: str
) -> None:
    providers.script(steps.calls(call), said())
    catalog = ["calculator", "grounding_context.read"]
    data = await ask_graph(api, cast, tool_catalog=catalog)
    assert data["orchestration"]["engine"] == "langgraph_v1"
    (shown,) = outputs_of(data)
    assert shown.startswith(output)
    assert len(json.dumps(data["orchestration"])) < 4_000


async def test_an_output_is_cut_to_500_characters_where_it_is_shown(
    api: Api, cast: Cast, providers: Any
) -> None:
    providers.configure("openai")
    providers.script(steps.calls(("grounding_context_read", {"part": "blueprint"})), said())
    data = await ask_graph(api, cast, blueprint_context="Light. " * 1_000)
    assert len(outputs_of(data)[0]) == 500
    result = providers.prompts[-1].body["messages"][-1]["content"]
    assert len(result) > 5_000


async def test_an_answer_that_leaks_the_instructions_is_refused(
    api: Api, cast: Cast, providers: Any
) -> None:
    def leaking(request: Any) -> steps.Step:
        return said(" ".join(request.system.split()[:40]))

    providers.configure("openai")
    providers.script(TWO, leaking, said("Fine."))
    data = await ask_graph(api, cast, tool_catalog=ALL_TOOLS)
    assert data["payload"]["answer"] == "Fine."


@pytest.mark.parametrize("gap", [" ", "\n", '"', "\x01"])
async def test_arguments_that_repeat_the_instructions_are_not_shown(
    api: Api, cast: Cast, providers: Any, gap: str
) -> None:
    def leaking(request: Any) -> steps.Step:
        return steps.calls(("memory_search", {"query": gap.join(request.system.split()[:60])}))

    providers.configure("openai")
    providers.script(leaking, said("Fine."))
    data = await ask_graph(api, cast)
    assert data["orchestration"]["tool_calls"][0]["args"] == {}
    assert "tutor of one class" not in json.dumps(data)


async def test_what_a_search_finds_gets_labels_and_is_cited(
    api: Api, cast: Cast, providers: Any
) -> None:
    providers.configure("openai")
    optics = factories.material(cast.classroom, title="Optics")
    factories.chunk(optics, "A prism splits white light.", source_index=7)
    elsewhere = factories.material(cast.other_classroom, title="Secret")
    factories.chunk(elsewhere, "A prism splits white light, in another class.")
    search = steps.calls(("class_materials_search", {"query": "prism"}))
    label = "Source 3 | Optics | page 7"
    providers.script(search, search, said("It splits.", label))
    data = await ask_graph(api, cast, tool_catalog=ALL_TOOLS)
    assert [one["sourceLabel"] for one in data["payload"]["citations"]] == [label]
    for output in outputs_of(data):  # found again, it keeps its label
        assert output == f"{label}\nA prism splits white light."


async def test_a_passage_that_was_given_keeps_its_label(
    api: Api, cast: Cast, providers: Any
) -> None:
    providers.configure("openai")
    mechanics = factories.material(cast.classroom, title="Mechanics")
    factories.chunk(mechanics, "A net force accelerates a body: $F = ma$.", source_index=2)
    search = steps.calls(("class_materials_search", {"query": "net force"}))
    providers.script(search, said())
    data = await ask_graph(api, cast, tool_catalog=ALL_TOOLS)
    assert outputs_of(data)[0].startswith(LABEL)


async def test_a_tool_that_fails_or_takes_too_long_costs_no_answer(
    api: Api, cast: Cast, providers: Any
) -> None:
    providers.configure("openai")
    factories.chunk(factories.material(cast.classroom), "A prism.")
    providers.always_embeddings(steps.hang())
    search = steps.calls(("class_materials_search", {"query": "prism"}))
    providers.script(search, said())
    data = await ask_graph(api, cast, tool_catalog=ALL_TOOLS, timeout_ms=8_000)
    assert data["orchestration"]["engine"] == "langgraph_v1"
    assert data["payload"]["answer"] == "A net force."


async def test_who_leaves_ends_the_graphs_work(api: Api, cast: Cast, providers: Any) -> None:
    providers.configure("openai")
    providers.script(TWO, steps.hang())
    fields = {"orchestration_hints": HINTS, "tool_mode": "auto", "tool_catalog": ALL_TOOLS}
    asking = asyncio.create_task(CHAT.call(api, cast, **fields))
    await until(lambda: len(providers.prompts) == 2)
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking
    await until(lambda: providers.openai.in_flight == 0)
    assert number("SELECT count(*) FROM stem.checkpoints") == 0
