"""What an engine is asked and what it gives."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from chat.answer import ChatAnswer
from chat.budget import ANSWER_TOKENS
from classes.access import Membership
from stemcore.citations import Passage
from stemcore.providers import GenerationResult, Provenance

EngineName = Literal["direct_v1", "langgraph_v1"]
ToolMode = Literal["off", "plan", "auto"]


class Said(Protocol):
    """A line of a transcript."""

    @property
    def author(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Grounding:
    """What an answer stands on. All texts are untrusted; the transcript is oldest first.

    `sources` are the blueprint and the passages of the material, each with the label by which it
    is cited; an answer may cite these only.
    """

    blueprint: str = ""
    material: str = ""
    memory: str = ""
    assignment: str = ""
    transcript: Sequence[Said] = ()
    sources: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Asking:
    """A message, who asks it, and all that it is answered from.

    `session_key` names the conversation to the provider and to an engine's own memory.
    """

    asker: Membership
    message: str
    grounding: Grounding
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


class AnswerData(Provenance):
    payload: dict[str, Any]
    orchestration: Orchestration


@dataclass(frozen=True)
class EngineResult:
    answer: ChatAnswer
    generation: GenerationResult
    orchestration: Orchestration

    def noted(self, note: str) -> "EngineResult":
        """This result with one more note on how it came about."""
        notes = f"{note} {self.orchestration.notes}".strip()
        return replace(self, orchestration=replace(self.orchestration, notes=notes))

    def as_data(self) -> AnswerData:
        """The answer as a generation result, with how it came about."""
        payload = self.answer.model_dump(mode="json", by_alias=True, exclude_none=True)
        provenance = self.generation.provenance()
        return {"payload": payload, **provenance, "orchestration": self.orchestration}
