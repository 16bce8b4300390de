"""Requests to the graph engine, and what a scripted model does in it."""

import json
from typing import Any

from tests.cast import Cast
from tests.client import Api, data_of
from tests.content_routes import CHAT
from tests.stubs import steps

HINTS = {"engine": "langgraph_v1"}
LABEL = "Source 1 | Mechanics | page 2"
ALL_TOOLS = [
    "grounding_context.read",
    "memory.search",
    "memory.save",
    "class_materials.search",
    "calculator",
]


async def ask_graph(api: Api, cast: Cast, **changes: Any) -> dict[str, Any]:
    """The data of a graph's answer to a message."""
    fields: dict[str, Any] = {"orchestration_hints": HINTS, "tool_mode": "auto", **changes}
    data: dict[str, Any] = data_of(await CHAT.call(api, cast, **fields))
    return data


def said(text: str = "A net force.", label: str | None = LABEL, **fields: Any) -> steps.Step:
    cited = [{"sourceLabel": label, "rationale": "Says so."}] if label else []
    answer = {"answer": text, "safety": "ok", "citations": cited, **fields}
    return steps.answer(json.dumps(answer))


def kinds_of(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["type"], one["name"]) for one in data["orchestration"]["tool_calls"]]


def outputs_of(data: dict[str, Any]) -> list[str]:
    return [
        one["output"] for one in data["orchestration"]["tool_calls"] if one["type"] == "tool_result"
    ]
