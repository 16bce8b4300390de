"""One generation of learning content, and what is handed on from it."""

from dataclasses import asdict, dataclass, field
from typing import Any, Generic, TypeVar

from stemcore.providers import GenerationResult, Provenance

P = TypeVar("P")

MAX_TOKENS = 8000
"""What a model may answer with a blueprint, a quiz or a deck."""

MATERIAL_TOKENS = 120_000
CONTEXT_TOKENS = 40_000
INSTRUCTION_TOKENS = 4_000
"""Estimated tokens of a prompt's parts; what goes beyond is cut at a line's end."""


@dataclass(frozen=True)
class Quality:
    """How many items were asked for, and what the gate found, counted by rule.

    `findings` counts everything found in the model's answers, `cues` the wording cues of the items
    that are served with one because nothing better came.
    """

    asked: int
    returned: int
    findings: dict[str, int] = field(default_factory=dict)
    cues: dict[str, int] = field(default_factory=dict)
    topped_up: bool = False

    def as_data(self) -> dict[str, Any]:
        """The quality as `meta.quality` shows it."""
        return asdict(self)


class GeneratedData(Provenance, Generic[P]):
    """Content, who made it and at what cost."""

    payload: P


@dataclass(frozen=True)
class Generated(Generic[P]):
    """Content of type P, who made it, and its quality where a gate judged it."""

    payload: P
    result: GenerationResult
    quality: Quality | None = None

    def as_data(self) -> GeneratedData[P]:
        """The generation result as an API answer shows it."""
        return {"payload": self.payload, **self.result.provenance()}


def texts_of(value: Any) -> list[str]:
    """All strings inside a JSON value."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for entry in inner for text in texts_of(entry)]
