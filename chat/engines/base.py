"""What an engine is asked and what it gives."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from typing_extensions import TypedDict

from chat.answer import ChatAnswer
from chat.budget import ANSWER_TOKENS
from chat.engines.catalogue import DEFAULT
from classes.access import Membership
from stemcore.citations import Passage
from stemcore.providers import GenerationResult, Provenance, sum_of

EngineName = Literal["direct_v1", "langgraph_v1"]
ToolMode = Literal["off", "plan", "auto"]


class TranscriptLine(Protocol):
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
    transcript: Sequence[TranscriptLine] = ()
    sources: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class EngineRequest:
    """A message, who asks it, and all that it is answered from.

    `session_key` names the conversation to the provider and to an engine's own memory.
    """

    asker: Membership
    message: str
    grounding: Grounding
    session_key: str | None = None
    max_tokens: int = ANSWER_TOKENS
    tool_mode: ToolMode = "off"
    tool_catalog: tuple[str, ...] = DEFAULT


class CallRecord(TypedDict):
    """A tool call that the model wanted in this request."""

    type: Literal["tool_call"]
    id: str
    name: str
    args: dict[str, Any]


class ResultRecord(TypedDict):
    """What a tool gave in this request, cut."""

    type: Literal["tool_result"]
    id: str
    name: str
    output: str


@dataclass(frozen=True)
class Orchestration:
    """How an answer came about, for the caller to show."""

    engine: EngineName
    """The engine that answered."""
    tool_mode: ToolMode
    tool_calls: tuple[CallRecord | ResultRecord, ...] = field(default=())
    """Calls of tools and what they gave, in order."""
    tool_catalog: tuple[str, ...] = field(default=())
    """The tools that might be called."""
    notes: str = ""
    """A sentence on how it went."""


class AnswerData(Provenance):
    payload: ChatAnswer
    orchestration: Orchestration


@dataclass(frozen=True)
class EngineResult:
    answer: ChatAnswer
    generation: GenerationResult
    orchestration: Orchestration

    def after(self, failed: "GraphFailed") -> "EngineResult":
        """This result with what the engine before it took, did, and failed of."""
        spent, generation = failed.spent, self.generation
        usage = sum_of(spent.usage, generation.usage) if spent else generation.usage
        notes = f"{failed.why} {self.orchestration.notes}"
        return replace(
            self,
            generation=replace(generation, usage=usage),
            orchestration=replace(self.orchestration, tool_calls=failed.tool_calls, notes=notes),
        )

    def as_data(self) -> AnswerData:
        """The answer as a generation result, with how it came about."""
        provenance = self.generation.provenance()
        return {"payload": self.answer, **provenance, "orchestration": self.orchestration}


class GraphFailed(Exception):
    """The graph gave no answer; the direct engine is to give one.

    `why` is told to the caller; `spent` is what was generated in vain, the last of it.
    """

    def __init__(
        self,
        why: str,
        spent: GenerationResult | None,
        tool_calls: tuple[CallRecord | ResultRecord, ...],
    ) -> None:
        super().__init__(why)
        self.why = why
        self.spent = spent
        self.tool_calls = tool_calls
