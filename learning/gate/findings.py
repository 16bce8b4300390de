"""What the gate finds. Hard: a rule is broken, the item is never served. Soft: a wording cue."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

ADVICE: Mapping[str, str] = {
    "invalid": "an item lacked a field or had one of another form than asked for",
    "not_four_choices": "a question had more or fewer than four choices",
    "empty_choice": "a choice was empty",
    "alike_choices": "two choices of a question were the same",
    "key_missing": "the answer was not word for word one of the choices",
    "no_explanation": "a question had no explanation",
    "all_or_none": "a choice only spoke of the other choices (all, none or several of them)",
    "alike_stems": "two questions were the same",
    "similar_stems": "two questions asked nearly the same, with the same answer",
    "absolute_words": "wrong choices gave themselves away by words like always or never",
    "stem_gives_key": "the question gave its own answer away",
    "circular_explanation": "an explanation only repeated the answer",
    "position_reference": "an explanation named choices by letter or place",
    "longest_key": "the right choice was clearly the longest in most questions",
    "short_back": "a back had fewer than three words",
    "alike_fronts": "two cards had the same front",
    "similar_fronts": "two cards asked nearly the same",
    "back_repeats_front": "a back only repeated its front",
}
"""What to tell a model about the rules it broke, so that the next items keep them."""


@dataclass(frozen=True)
class Judged(Generic[T]):
    """An item that may be served, repaired where it could be, and its wording cues by name."""

    item: T
    cues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gated(Generic[T]):
    """The items of an answer that may be served, and every finding in it, counted by rule."""

    judged: tuple[Judged[T], ...]
    findings: Mapping[str, int] = field(default_factory=dict)

    @property
    def items(self) -> tuple[T, ...]:
        return tuple(one.item for one in self.judged)


def counted(findings: Iterable[str]) -> dict[str, int]:
    """How often each rule was broken, by name."""
    return dict(sorted(Counter(findings).items()))


def advice(findings: Mapping[str, int]) -> list[str]:
    """One sentence a broken rule, for the model that is asked for further items."""
    return [ADVICE[name] for name in findings if name in ADVICE]


def best(judged: Iterable[Judged[T]], count: int) -> list[Judged[T]]:
    """The `count` items with the fewest cues, in the order they came in."""
    numbered = list(enumerate(judged))
    ranked = sorted(numbered, key=lambda one: len(one[1].cues))[:count]
    return [one for _, one in sorted(ranked, key=lambda one: one[0])]
