"""What the gate finds: rules by name, counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Gated(Generic[T]):
    """The items that passed, repaired where they could be, and the findings counted by rule."""

    items: tuple[T, ...]
    findings: Mapping[str, int] = field(default_factory=dict)


def counted(findings: Iterable[str]) -> dict[str, int]:
    """How often each rule was broken, by name."""
    return dict(sorted(Counter(findings).items()))
