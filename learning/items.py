"""Making items, quiz questions or cards, until there are as many good ones as asked for."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from learning.gate.findings import Gated
from learning.generation import MAX_TOKENS, Quality, refuse_leak, texts_of
from stemcore.answers import Answer, AnswerSchema, UnusableAnswer, read_answer
from stemcore.prompts import Prompt
from stemcore.providers import (
    Call,
    Generation,
    GenerationResult,
    ProviderError,
    Usage,
    generate_answer,
)

A = TypeVar("A", bound=Answer)
T = TypeVar("T", bound=Answer)

LEAST_TIME_S = 1.0
"""With less time left no further request is begun."""


@dataclass(frozen=True)
class ItemKind(Generic[A, T]):
    """What tells one kind of item from another.

    `label` names the answer in messages, `gate` judges an answer beside the items accepted
    before it.
    """

    label: str
    answer: type[A]
    schema: AnswerSchema
    gate: Callable[[A, Sequence[T]], Gated[T]]


@dataclass(frozen=True)
class MadeItems(Generic[T]):
    items: tuple[T, ...]
    result: GenerationResult
    quality: Quality


async def make_items(
    kind: ItemKind[A, T],
    count: int,
    prompt: Callable[[int, Sequence[T]], Prompt],
    call: Call,
) -> MadeItems[T]:
    """Up to `count` items that passed the gate.

    `prompt` renders the request for a number of items beside those that are there. Fewer items
    than asked for are topped up by one further request while time is left; when that fails, what
    there is must do. Raises ProviderError when the first request gives nothing usable.
    """
    first, result = await _ask(kind, prompt(count, ()), call, ())
    items, findings, topped_up = first.items[:count], Counter(first.findings), False
    if len(items) < count and call.deadline.remaining() > LEAST_TIME_S:
        topped_up = True
        try:
            missing = count - len(items)
            more, further = await _ask(kind, prompt(missing, items), call, items)
        except ProviderError:
            pass  # the first answer's items are good without it; the call log has the cause
        else:
            items = (*items, *more.items)[:count]
            findings += Counter(more.findings)
            result = _together(result, further)
    quality = Quality(count, len(items), dict(findings), topped_up)
    return MadeItems(items, result, quality)


async def _ask(
    kind: ItemKind[A, T], prompt: Prompt, call: Call, before: Sequence[T]
) -> tuple[Gated[T], GenerationResult]:
    def read(text: str) -> Gated[T]:
        answer = read_answer(text, kind.answer, kind.label)
        refuse_leak(prompt, texts_of(answer.model_dump()), kind.label)
        gated = kind.gate(answer, before)
        if not gated.items and not before:
            raise _nothing_left(kind.label, gated.findings)
        return gated

    generation = Generation(
        prompt.system, prompt.user, max_tokens=MAX_TOKENS, answer_schema=kind.schema
    )
    return await generate_answer(generation, call, read)


def _nothing_left(label: str, findings: Mapping[str, int]) -> UnusableAnswer:
    faults = [f"{name.replace('_', ' ')} ({count})" for name, count in findings.items()]
    message = f"Invalid {label} JSON: no item is free of flaws: {', '.join(faults) or 'none came'}"
    return UnusableAnswer(faults or ["there are no items"], message)


def _together(first: GenerationResult, second: GenerationResult) -> GenerationResult:
    """Who made the first answer, and what both took."""
    return replace(
        first,
        usage=_sum(first.usage, second.usage),
        latency_ms=first.latency_ms + second.latency_ms,
    )


def _sum(first: Usage | None, second: Usage | None) -> Usage | None:
    if first is None or second is None:
        return None
    return Usage(
        _added(first.prompt_tokens, second.prompt_tokens),
        _added(first.completion_tokens, second.completion_tokens),
        _added(first.total_tokens, second.total_tokens),
    )


def _added(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second
