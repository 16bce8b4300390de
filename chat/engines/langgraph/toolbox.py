"""The tools: what each takes, how long it may take, and how a call of it is carried out.

A tool gives text, whatever happens: a wrong argument, a tool that does not exist, one that fails
or takes too long are told to the model, which may do better with its next step.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from structlog import get_logger

from chat.engines.langgraph.work import Work
from stemcore.providers import Tool, ToolCall

log = get_logger(__name__)

OUTPUT_CHARS: Final = 16_000
CALLS_AT_ONCE: Final = 8

PLANNED: Final = "Not run: the calls are only planned. Answer now."
UNKNOWN: Final = "There is no tool of this name."
BROKEN: Final = "The arguments are no JSON object, or too long."
TOO_MANY: Final = f"Not run: at most {CALLS_AT_ONCE} calls at once."
LATE: Final = "The tool took too long."
FAILED: Final = "The tool failed."


class Arguments(BaseModel):
    """Base of what a tool takes. What it does not know is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class ToolKind(Generic[A]):
    """A tool: `run` makes its output, in `seconds` at most."""

    name: str
    description: str
    takes: type[A]
    run: Callable[[Work, A], Awaitable[str]]
    seconds: float

    @cached_property
    def offered(self) -> Tool:
        """The tool as models are told of it; to make its schema takes milliseconds."""
        schema = self.takes.model_json_schema()
        shown = {key: value for key, value in schema.items() if key not in ("title", "description")}
        return Tool(self.name, self.description, shown)


TOOLS: dict[str, ToolKind[Any]] = {}


def add(kind: ToolKind[Any]) -> None:
    """Makes a tool known; whether it is offered is up to the catalogue of each request."""
    TOOLS[kind.name] = kind


def offered(catalog: Sequence[str]) -> tuple[Tool, ...]:
    """The tools of a catalogue, each once; names that nothing is known of are left out."""
    return tuple(TOOLS[name].offered for name in dict.fromkeys(catalog) if name in TOOLS)


async def carry_out(work: Work, calls: Sequence[ToolCall]) -> tuple[str, ...]:
    """The outputs of calls, in their order. Nothing is raised but cancellation."""
    for call in calls:
        work.record_call(call)
    if work.request.tool_mode != "auto":
        return (PLANNED,) * len(calls)
    first = await asyncio.gather(*(_output(work, call) for call in calls[:CALLS_AT_ONCE]))
    outputs = [*first, *(TOO_MANY for _ in calls[CALLS_AT_ONCE:])]
    for call, output in zip(calls, outputs, strict=True):
        work.record_result(call, output)
    return tuple(map(work.fenced, outputs))


async def _output(work: Work, call: ToolCall) -> str:
    kind = TOOLS.get(call.name)
    if kind is None or call.name not in {tool.name for tool in work.tools}:
        return UNKNOWN
    if call.broken:
        return BROKEN
    try:
        arguments = kind.takes.model_validate(dict(call.args))
    except ValidationError as error:
        return f"Wrong arguments: {_faults(error)}."
    return (await _bounded(work, kind, arguments))[:OUTPUT_CHARS]


async def _bounded(work: Work, kind: ToolKind[Any], arguments: Any) -> str:
    seconds = min(kind.seconds, work.call.deadline.remaining() / 2)
    try:
        async with asyncio.timeout(seconds):
            return await kind.run(work, arguments)
    except TimeoutError:
        return LATE
    except Exception as error:  # whatever a tool runs into, the answer goes on
        log.warning("chat_tool_failed", tool=kind.name, exc_info=error)
        return FAILED


def _faults(error: ValidationError) -> str:
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:5])
