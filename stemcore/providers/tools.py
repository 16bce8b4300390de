"""Tools that a model may ask for, its calls, and the rounds of calls and results so far.

Models write calls in many ways: arguments as a JSON text or as an object, ids missing, twice the
same, or too long for the next provider. Here they are read into one form; the adapters write that
form down in their provider's own.
"""

import json
import re
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stemcore.text import clean_text

# What all providers take: OpenAI wants at most 40 characters of these.
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")
_NAME_LENGTH = 64

MOST_CALLS = 16
"""Calls of one answer that are read; the rest is dropped."""

MOST_ARGUMENT_CHARS = 20_000
"""Longer arguments count as broken: they would go to the model again with each step."""


@dataclass(frozen=True)
class Tool:
    """A tool on offer: `parameters` is the JSON schema of the object that it takes."""

    name: str
    description: str
    parameters: Mapping[str, Any]

    @property
    def wire_name(self) -> str:
        """The name by which models know it: providers take letters, digits, `_` and `-` alone."""
        return _NOT_IN_NAMES.sub("_", self.name)[:_NAME_LENGTH]


@dataclass(frozen=True)
class ToolCall:
    """A call that a model asks for.

    `broken` says that its arguments were no JSON object; `args` is empty then. `kept` is what only
    the model that asked understands and wants back with the result, such as a thought signature.
    """

    id: str
    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
    broken: bool = False
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ToolRound:
    """What a model asked for in one answer, and the output of each call, in their order.

    `author` is the provider and the model whose `kept` values these are; any other gets the round
    without them.
    """

    calls: tuple[ToolCall, ...]
    outputs: tuple[str, ...]
    said: str = ""
    author: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)


def author_of(provider: str, model: str) -> str:
    """How a round names who asked for its calls."""
    return f"{provider}/{model}"


def named_call(
    name: Any, args: Any, given_id: Any, tools: Sequence[Tool], kept: Mapping[str, Any]
) -> ToolCall | None:
    """A call as read, by the tool's own name where it is one on offer; None without a name."""
    if not isinstance(name, str) or not name.strip():
        return None
    wanted = clean_text(name.strip())[:_NAME_LENGTH]
    own = next((tool.name for tool in tools if wanted in (tool.wire_name, tool.name)), wanted)
    found = _arguments(args)
    call_id = given_id if isinstance(given_id, str) else ""
    return ToolCall(call_id, own, found or {}, found is None, kept)


def with_own_ids(
    calls: Iterable[ToolCall | None], rounds: Sequence[ToolRound]
) -> tuple[ToolCall, ...]:
    """The calls, each with an id that no other call of the conversation has."""
    taken = {call.id for earlier in rounds for call in earlier.calls}
    kept: list[ToolCall] = []
    for call in calls:
        if call is not None and len(kept) < MOST_CALLS:
            call_id = _free_id(call.id, taken)
            taken.add(call_id)
            kept.append(ToolCall(call_id, call.name, call.args, call.broken, call.kept))
    return tuple(kept)


def _free_id(wanted: str, taken: Collection[str]) -> str:
    if _ID.fullmatch(wanted) and wanted not in taken:
        return wanted
    return f"call_{secrets.token_hex(8)}"


def _arguments(args: Any) -> dict[str, Any] | None:
    """The arguments as an object, or None. No arguments at all are an empty one."""
    if args is None or args == "":
        return {}
    if isinstance(args, str):
        if len(args) > MOST_ARGUMENT_CHARS:
            return None
        try:
            args = json.loads(args)
        except (ValueError, RecursionError):
            return None
        if isinstance(args, str):  # written down twice
            return _arguments(args) if args else {}
    return _cleaned(args) if isinstance(args, dict) else None


def _cleaned(args: dict[str, Any]) -> dict[str, Any] | None:
    """The arguments as Postgres and JSON can hold them: no NaN, no half of a surrogate pair."""
    try:
        text = clean_text(json.dumps(args, ensure_ascii=False).replace("\\u0000", ""))
        if len(text) > MOST_ARGUMENT_CHARS:
            return None
        cleaned = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return cleaned if isinstance(cleaned, dict) else None


def as_text(rounds: Sequence[ToolRound]) -> str:
    """The rounds in words, for a model that takes no tools."""
    lines = [
        f"{call.name}({json.dumps(call.args, ensure_ascii=False)}) gave:\n{output}"
        for made in rounds
        for call, output in zip(made.calls, made.outputs, strict=True)
    ]
    return "\n\n".join(["Tools were called for this. What they gave:", *lines]) if lines else ""
