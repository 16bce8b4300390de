"""Conversations with tools in Gemini's wire format: contents, declarations, function calls.

ai.google.dev, "Function calling" and "Thought signatures".
"""

from collections.abc import Mapping
from typing import Any

from stemcore.providers.tools import Tool, ToolCall, ToolRound, as_text, named_call, with_own_ids
from stemcore.providers.types import Generation

FOREIGN_SIGNATURE = "skip_thought_signature_validator"
"""Stands, as documented, for the signature of a call that another model made."""


def contents(
    generation: Generation, author: str, *, takes_system: bool, takes_tools: bool, signed: bool
) -> dict[str, Any]:
    """The fields of a request that hold the conversation.

    `author` names the provider and model that it is sent to; `signed` says that this model wants
    a signature with the calls of each round.
    """
    system, asked = generation.system, generation.user
    if not takes_tools and generation.rounds:
        asked = f"{asked}\n\n{as_text(generation.rounds)}"
    instruction = {"systemInstruction": {"parts": [{"text": system}]}} if takes_system else {}
    said = [_user(asked if takes_system else f"{system}\n\n{asked}")]
    if takes_tools:
        for made in generation.rounds:
            said += _round(made, own=made.author == author, signed=signed)
    if generation.afterword:
        said.append(_user(generation.afterword))
    return {**instruction, "contents": said}


def _user(text: str) -> dict[str, Any]:
    return {"role": "user", "parts": [{"text": text}]}


def _round(made: ToolRound, *, own: bool, signed: bool) -> list[dict[str, Any]]:
    said = [{"text": made.said}] if made.said else []
    calls = [_call(call, own) for call in made.calls]
    if signed and calls and "thoughtSignature" not in calls[0]:
        calls[0]["thoughtSignature"] = FOREIGN_SIGNATURE
    results = [
        {
            "functionResponse": {
                "id": call.id,
                "name": Tool(call.name, "", {}).wire_name,
                "response": {"output": output},
            }
        }
        for call, output in zip(made.calls, made.outputs, strict=True)
    ]
    return [{"role": "model", "parts": [*said, *calls]}, {"role": "user", "parts": results}]


def _call(call: ToolCall, own: bool) -> dict[str, Any]:
    function = {"id": call.id, "name": Tool(call.name, "", {}).wire_name, "args": dict(call.args)}
    return {"functionCall": function, **(call.kept if own else {})}


def tools_field(generation: Generation) -> dict[str, Any]:
    """The fields of a request that offer the tools, or say that none may be called any more."""
    if not generation.tools:
        return {}
    declared = [
        {
            "name": tool.wire_name,
            "description": tool.description,
            "parametersJsonSchema": dict(tool.parameters),
        }
        for tool in generation.tools
    ]
    closed = {"toolConfig": {"functionCallingConfig": {"mode": "NONE"}}}
    return {
        "tools": [{"functionDeclarations": declared}],
        **({} if generation.calls_open else closed),
    }


def calls_in(parts: Any, generation: Generation) -> tuple[ToolCall, ...]:
    """The calls that the parts of an answer ask for; none when none may be called."""
    if not generation.tools or not generation.calls_open:
        return ()
    found = parts if isinstance(parts, list) else [parts]
    calls = (_read(part, generation) for part in found)
    return with_own_ids(calls, generation.rounds)


def _read(part: Any, generation: Generation) -> ToolCall | None:
    function = part.get("functionCall") if isinstance(part, Mapping) else None
    if not isinstance(function, Mapping):
        return None
    signature = part.get("thoughtSignature")
    kept = {"thoughtSignature": signature} if isinstance(signature, str) else {}
    return named_call(
        function.get("name"), function.get("args"), function.get("id"), generation.tools, kept
    )
