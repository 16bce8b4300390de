"""Conversations with tools in OpenAI's wire format: messages, tools on offer, calls asked for."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from stemcore.providers.tools import Tool, ToolCall, ToolRound, as_text, named_call, with_own_ids
from stemcore.providers.types import Generation

# Thoughts that OpenRouter and others want back, unchanged, beside the calls that they led to.
_THOUGHTS = ("reasoning_details", "reasoning_content")


def messages(
    generation: Generation, author: str, *, takes_system: bool, takes_tools: bool
) -> list[dict[str, Any]]:
    """The conversation as messages; `author` names the provider and model that it is sent to."""
    system, user = generation.system, generation.user
    if not takes_tools and generation.rounds:
        user = f"{user}\n\n{as_text(generation.rounds)}"
    opening: list[dict[str, Any]] = [{"role": "system", "content": system}] if takes_system else []
    asked = user if takes_system else f"{system}\n\n{user}"
    opening.append({"role": "user", "content": asked})
    if takes_tools:
        for made in generation.rounds:
            opening += _round(made, own=made.author == author)
    if generation.afterword:
        opening.append({"role": "user", "content": generation.afterword})
    return opening


def _round(made: ToolRound, *, own: bool) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {
        "role": "assistant",
        "content": made.said or None,
        "tool_calls": [_call(call, own) for call in made.calls],
        **(made.kept if own else {}),
    }
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": output}
        for call, output in zip(made.calls, made.outputs, strict=True)
    ]
    return [asked, *results]


def _call(call: ToolCall, own: bool) -> dict[str, Any]:
    function = {
        "name": Tool(call.name, "", {}).wire_name,
        "arguments": json.dumps(call.args, ensure_ascii=False),
    }
    return {
        "id": call.id,
        "type": "function",
        "function": function,
        **(call.kept if own else {}),
    }


def tools_field(generation: Generation) -> dict[str, Any]:
    """The fields of a request that offer the tools, or say that none may be called any more."""
    if not generation.tools:
        return {}
    offered = [
        {
            "type": "function",
            "function": {
                "name": tool.wire_name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
            },
        }
        for tool in generation.tools
    ]
    choice = {} if generation.calls_open else {"tool_choice": "none"}
    return {"tools": offered, **choice}


def calls_in(message: Mapping[str, Any], generation: Generation) -> tuple[ToolCall, ...]:
    """The calls that a message asks for; none when none may be called."""
    if not generation.tools or not generation.calls_open:
        return ()
    found = message.get("tool_calls")
    entries = list(found) if isinstance(found, list) else []
    if not entries and isinstance(message.get("function_call"), Mapping):
        entries = [{"function": message["function_call"]}]
    return with_own_ids((_read(entry, generation.tools) for entry in entries), generation.rounds)


def _read(entry: Any, tools: Sequence[Tool]) -> ToolCall | None:
    if not isinstance(entry, Mapping):
        return None
    function = entry.get("function")
    said = function if isinstance(function, Mapping) else entry
    extra = entry.get("extra_content")
    kept = {"extra_content": extra} if isinstance(extra, Mapping) else {}
    arguments = said.get("arguments", said.get("args"))
    return named_call(said.get("name"), arguments, entry.get("id"), tools, kept)


def thoughts_in(message: Mapping[str, Any]) -> dict[str, Any]:
    """What of a message its model wants back beside its calls."""
    return {name: message[name] for name in _THOUGHTS if message.get(name)}
