"""Engines: a prompt in, a grounded chat answer out. All stand on the one provider gateway."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from chat.answer import ChatAnswer
from chat.budget import ANSWER_TOKENS
from stemcore.prompts import Prompt
from stemcore.providers import GenerationResult

EngineName = Literal["direct_v1", "langgraph_v1"]
ToolMode = Literal["off", "plan", "auto"]


@dataclass(frozen=True)
class ChatPrompt:
    """What an engine answers.

    `labels` are the sources that the prompt shows; an answer may cite these only. `session_key`
    names the conversation to the provider and to an engine's own memory.
    """

    prompt: Prompt
    labels: tuple[str, ...]
    session_key: str | None = None
    max_tokens: int = ANSWER_TOKENS
    tool_mode: ToolMode = "off"
    tool_catalog: tuple[str, ...] = ()


@dataclass(frozen=True)
class Orchestration:
    """How an answer came about, for the caller to show."""

    engine: EngineName
    tool_mode: ToolMode
    tool_calls: tuple[str, ...] = field(default=())
    tool_catalog: tuple[str, ...] = field(default=())
    notes: str = ""


@dataclass(frozen=True)
class EngineResult:
    answer: ChatAnswer
    generation: GenerationResult
    orchestration: Orchestration

    def as_data(self) -> dict[str, Any]:
        """The answer as a generation result, with how it came about."""
        payload = self.answer.model_dump(mode="json", by_alias=True, exclude_none=True)
        orchestration = asdict(self.orchestration)
        return {"payload": payload, **self.generation.provenance(), "orchestration": orchestration}
