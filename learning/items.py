"""Making items, quiz questions or cards, until there are as many good ones as asked for."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from learning.gate.findings import Gated, Judged, advice, best, counted
from learning.generation import MAX_TOKENS, Quality, texts_of
from stemcore.answers import Answer, AnswerSchema, UnusableAnswer, read_answer, refuse_leak
from stemcore.deadline import Deadline
from stemcore.prompts import Prompt
from stemcore.providers import (
    Call,
    Generation,
    GenerationResult,
    ProviderError,
    generate_answer,
    sum_of,
)

A = TypeVar("A", bound=Answer)
T = TypeVar("T", bound=Answer)

TEMPERATURE = 0.4
"""A little more than elsewhere, so that topics and wordings vary."""

LEAST_TIME_S = 1.0
"""With less time left no further request is begun."""


@dataclass(frozen=True)
class ItemKind(Generic[A, T]):
    """What tells one kind of item from another.

    `label` names the answer in messages; `gate` judges an answer beside the items accepted before
    it; `as_a_set` adds the cues that a number of items give together.
    """

    label: str
    answer: type[A]
    schema: AnswerSchema
    gate: Callable[[A, Sequence[Judged[T]]], Gated[T]]
    as_a_set: Callable[[Sequence[Judged[T]], int], list[Judged[T]]]

    def chosen(self, judged: Sequence[Judged[T]], count: int) -> list[Judged[T]]:
        """Up to `count` of the items, those with the fewest cues, in their order."""
        return best(self.as_a_set(judged, count), count)


@dataclass(frozen=True)
class Wish(Generic[T]):
    """What one request asks for: a number of items beside others, without faults of earlier ones.

    `made` is there already; `faults` are sentences.
    """

    count: int
    made: Sequence[T] = ()
    faults: Sequence[str] = ()


@dataclass(frozen=True)
class MadeItems(Generic[T]):
    items: tuple[T, ...]
    result: GenerationResult
    quality: Quality


async def make_items(
    kind: ItemKind[A, T], count: int, prompt: Callable[[Wish[T]], Prompt], call: Call
) -> MadeItems[T]:
    """Up to `count` items that keep every rule, as few of them as can be with a wording cue.

    `prompt` renders a wish. Missing items and better ones for those with a cue are asked for in
    one further request while time is left; when that fails, what there is must do. Raises
    ProviderError when the first request gives nothing usable.
    """
    requests = _Requests(kind, prompt, call)
    first, result = await requests.ask(Wish(count))
    pool, findings, topped_up = [*first.judged], Counter(first.findings), False
    chosen = kind.chosen(pool, count)
    if _is_worth_more(chosen, count, result, call.deadline):
        topped_up = True
        if more := await requests.more(pool, chosen, count, findings):
            gated, further = more
            pool += gated.judged
            findings += Counter(gated.findings)
            result = _together(result, further)
            chosen = kind.chosen(pool, count)
    items = tuple(one.item for one in chosen)
    return MadeItems(items, result, _quality(count, chosen, findings, topped_up))


def _is_worth_more(
    chosen: Sequence[Judged[T]], count: int, result: GenerationResult, deadline: Deadline
) -> bool:
    """Whether a further request is begun: for wording alone only if it is likely to end."""
    if len(chosen) < count:
        return deadline.remaining() > LEAST_TIME_S
    likely_s = max(LEAST_TIME_S, result.latency_ms / 1000)
    return any(one.cues for one in chosen) and deadline.remaining() > likely_s


class _Requests(Generic[A, T]):
    """The requests for items of one kind."""

    def __init__(
        self, kind: ItemKind[A, T], prompt: Callable[[Wish[T]], Prompt], call: Call
    ) -> None:
        self.kind, self.prompt, self.call = kind, prompt, call

    async def more(
        self,
        pool: Sequence[Judged[T]],
        chosen: Sequence[Judged[T]],
        count: int,
        findings: Mapping[str, int],
    ) -> tuple[Gated[T], GenerationResult] | None:
        """Items in place of those missing and those with a cue, or None when none come."""
        wanted = count - sum(not one.cues for one in chosen)
        broken = {**findings, **_cues_of(chosen)}
        wish = Wish(wanted, [one.item for one in chosen], advice(broken))
        try:
            return await self.ask(wish, pool)
        except ProviderError:
            return None  # what is there is good without it; the call log has the cause

    async def ask(
        self, wish: Wish[T], before: Sequence[Judged[T]] = ()
    ) -> tuple[Gated[T], GenerationResult]:
        kind, prompt = self.kind, self.prompt(wish)

        def read(text: str) -> Gated[T]:
            answer = read_answer(text, kind.answer, kind.label)
            refuse_leak(prompt, texts_of(answer.model_dump()), kind.label)
            gated = kind.gate(answer, before)
            if not gated.judged and not before:
                raise UnusableAnswer(["there are no items"], f"Invalid {kind.label} JSON: no items")
            return gated

        generation = Generation(
            prompt.system,
            prompt.user,
            TEMPERATURE,
            max_tokens=MAX_TOKENS,
            answer_schema=kind.schema,
        )
        return await generate_answer(generation, self.call, read)


def _quality(
    asked: int, chosen: Sequence[Judged[T]], findings: Counter[str], topped_up: bool
) -> Quality:
    cues = _cues_of(chosen)
    return Quality(
        asked=asked,
        returned=len(chosen),
        findings=dict(sorted((findings | Counter(cues)).items())),
        cues=cues,
        topped_up=topped_up,
    )


def _cues_of(judged: Sequence[Judged[T]]) -> dict[str, int]:
    return counted(cue for one in judged for cue in one.cues)


def _together(first: GenerationResult, second: GenerationResult) -> GenerationResult:
    """Who made the first answer, and what both took."""
    return replace(
        first,
        usage=sum_of(first.usage, second.usage),
        latency_ms=first.latency_ms + second.latency_ms,
    )
