"""What features ask of the gateway and what they get."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from uuid import UUID

from typing_extensions import TypedDict

from stemcore.answers.schema import AnswerSchema
from stemcore.deadline import Deadline
from stemcore.providers.tools import Tool, ToolCall, ToolRound, author_of
from stemcore.shown import one_of

Kind = Literal["generation", "embedding"]


@dataclass(frozen=True)
class Generation:
    """One text to generate, or one step of a conversation with tools.

    `rounds` are the calls and results so far, after `user`; `afterword` is said after them. With
    `calls_open` false the tools are only named, for the sake of the rounds, and none may be called.
    `max_tokens` bounds the visible answer; models that think before they answer get room for
    that on top. `session_id` and `transforms` are OpenRouter's; other providers never see them.
    """

    system: str
    user: str
    temperature: float = 0.2
    max_tokens: int = 1200
    answer_schema: AnswerSchema | None = None
    session_id: str | None = None
    transforms: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    calls_open: bool = True
    rounds: tuple[ToolRound, ...] = ()
    afterword: str = ""


class Budget:
    """How many answers of models may still be used; one for all the calls of a request."""

    def __init__(self, answers: int) -> None:
        self.left = answers


@dataclass(frozen=True)
class Call:
    """On whose behalf, until when, and by which providers a call is made."""

    purpose: str
    deadline: Deadline
    provider_order: tuple[str, ...] = ()
    default_provider: str | None = None
    user_id: UUID | None = None
    class_id: UUID | None = None
    sandbox_id: UUID | None = None
    budget: Budget | None = None


@dataclass(frozen=True)
class Usage:
    """Tokens as the provider counted them; None is unknown."""

    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None

    def as_data(self) -> "UsageData":
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.total_tokens,
        }

    @property
    def known(self) -> "Usage | None":
        """The usage, or None when it says nothing."""
        return None if self == Usage(None, None, None) else self


def sum_of(one: Usage | None, other: Usage | None) -> Usage | None:
    """Tokens of two answers; what one of them leaves unknown is unknown."""
    if one is None or other is None:
        return None
    return Usage(
        _sum(one.prompt_tokens, other.prompt_tokens),
        _sum(one.completion_tokens, other.completion_tokens),
        _sum(one.total_tokens, other.total_tokens),
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


@dataclass(frozen=True)
class Reply:
    """What an adapter makes of one generated answer; without calls `content` is never blank.

    `cut` says that it ended because its tokens were used up; `kept` is what its model wants back
    beside the results of its calls.
    """

    content: str
    usage: Usage | None
    cut: bool = False
    calls: tuple[ToolCall, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Vectors:
    """What an adapter makes of embeddings: one vector an input, in the inputs' order."""

    embeddings: list[list[float]]
    usage: Usage | None


class UsageData(TypedDict):
    """Tokens as the provider counted them; null is unknown."""

    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None


class Provenance(TypedDict):
    """Who answered and at what cost, as an API answer shows it."""

    provider: Annotated[str, one_of("openrouter", "openai", "gemini", "offline")]
    """The provider that answered."""
    model: str
    """The model that answered."""
    usage: UsageData | None
    """Tokens, where the provider counted them."""
    latency_ms: int
    """Milliseconds of the attempt that succeeded."""


@dataclass(frozen=True)
class Result:
    """Who answered and at what cost; `latency_ms` is the time of the attempt that succeeded."""

    provider: str
    model: str
    usage: Usage | None
    latency_ms: int

    def provenance(self) -> Provenance:
        """Provider, model, usage and latency as an API answer shows them."""
        return {
            "provider": self.provider,
            "model": self.model,
            "usage": self.usage.as_data() if self.usage else None,
            "latency_ms": self.latency_ms,
        }


@dataclass(frozen=True)
class GenerationResult(Result):
    """A generated text, or the calls that the model wants made first."""

    content: str
    calls: tuple[ToolCall, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)

    def round(self, outputs: tuple[str, ...]) -> ToolRound:
        """Its calls with their outputs, for the step after it."""
        author = author_of(self.provider, self.model)
        return ToolRound(self.calls, outputs, self.content, author, self.kept)


@dataclass(frozen=True)
class EmbeddingResult(Result):
    """Embeddings parallel to the inputs, all of one dimension and finite."""

    embeddings: list[list[float]]
