"""The gateway: providers in order, within one deadline, until one gives a usable answer.

Every attempt gets at most its fair share of the time: what remains, divided by the providers
still to be asked. A transient failure is tried once more with the same provider, an unusable
answer is asked for once more with the list of its faults; then it is the next one's turn. No
database connection is used while a provider is waited for.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Generic, TypeVar, cast

from structlog import get_logger

from stemcore import observing
from stemcore.answers.aside import read_aside
from stemcore.answers.errors import UnusableAnswer
from stemcore.deadline import Deadline
from stemcore.providers import registry
from stemcore.providers.attempts import Attempts, Metered
from stemcore.providers.base import Provider
from stemcore.providers.breaker import Breaker
from stemcore.providers.errors import (
    AttemptFailed,
    FailureKind,
    ProviderError,
    ProviderTimedOut,
)
from stemcore.providers.types import (
    Call,
    EmbeddingResult,
    Generation,
    GenerationResult,
    Kind,
    Reply,
    Vectors,
)
from stemcore.text import clean_text

log = get_logger(__name__)

A = TypeVar("A", bound=Metered)
T = TypeVar("T")

Success = tuple[Provider, T, A, int]
"""Who answered, what is made of the answer, the answer, and its milliseconds."""

RETRY_PAUSE_S = 0.2
"""Seconds before a second try when the provider names none."""

PATIENCE_S = 1.0
"""The longest wait for one provider while others could be asked instead."""

FAIR_CHANCE_S = {"generation": 5.0, "embedding": 2.0}
"""With less time than this a provider is not to blame for not answering: a caller in a hurry must
not switch it off for everybody."""

MORE_ROOM = 4096
"""Tokens by which a cut answer's limit grows at least when it is asked for again."""

breaker = Breaker()

_NOT_CONFIGURED = {
    "generation": "No AI provider is configured: set OPENROUTER_API_KEY and OPENROUTER_MODEL, "
    "OPENAI_API_KEY and OPENAI_MODEL, or GEMINI_API_KEY and GEMINI_MODEL.",
    "embedding": "No embedding provider is configured: set the API key and the embedding model "
    "of one: OPENROUTER_EMBEDDING_MODEL, OPENAI_EMBEDDING_MODEL or GEMINI_EMBEDDING_MODEL.",
}

_ASK_AGAIN = """{user}

Your previous answer to this could not be used. Its faults:
{faults}
Answer again from the start, without these faults, in the form asked for and nothing else."""

_ASK_AGAIN_AFTER_CALLS = _ASK_AGAIN.removeprefix("{user}\n\n")


async def generate(generation: Generation, call: Call) -> GenerationResult:
    """A generated text, from the first provider that gives one. Raises ProviderError."""
    _, result = await generate_answer(generation, call, _as_it_is)
    return result


async def generate_answer(
    generation: Generation, call: Call, read: Callable[[str], T]
) -> tuple[T, GenerationResult]:
    """A generated text and what `read` makes of it.

    `read` raises UnusableAnswer for a text that cannot be used; the provider is then asked once
    more, with the faults, and after that the next one. Raises ProviderError, with the message of
    the last failure.
    """
    value, result = await generate_step(replace(generation, tools=(), rounds=()), call, read)
    if value is None and result.calls:
        raise AssertionError("calls without tools")
    return cast(T, value), result


async def generate_step(
    generation: Generation, call: Call, read: Callable[[str], T]
) -> tuple[T | None, GenerationResult]:
    """The next step of a conversation with tools: what `read` makes of its text, as
    `generate_answer`, or None when the result holds calls to be made first.

    Whichever provider gives it, it gets the rounds so far in its own format. Raises ProviderError.
    """
    run = _GenerationRun(generation, call, read)
    provider, value, reply, latency_ms = await run.first_success()
    model = provider.model("generation")
    return value, GenerationResult(
        provider.name, model, reply.usage, latency_ms, reply.content, reply.calls, reply.kept
    )


async def embed(inputs: Sequence[str], call: Call) -> EmbeddingResult:
    """One embedding for each input, in their order, from the first provider that gives them all.

    Raises ProviderError.
    """
    run = _EmbeddingRun([clean_text(text) for text in inputs], call)
    provider, embeddings, vectors, latency_ms = await run.first_success()
    model = provider.model("embedding")
    return EmbeddingResult(provider.name, model, vectors.usage, latency_ms, embeddings)


class _Run(Generic[A, T]):
    """One call on its way through the providers."""

    kind: Kind

    def __init__(self, call: Call) -> None:
        self.deadline = call.deadline
        self.attempts = Attempts(self.kind, call)
        names = registry.order(self.kind, call)
        if not names:
            raise ProviderError(_NOT_CONFIGURED[self.kind])
        usable = [name for name in names if not self._is_left_out(name)]
        self.names = usable or names
        self._all_are_out = not usable

    async def ask(self, provider: Provider) -> A:
        raise NotImplementedError

    async def read(self, answer: A) -> T:
        """What the answer means. Raises AttemptFailed when it cannot be used."""
        raise NotImplementedError

    def asks_again(self, failure: AttemptFailed) -> bool:
        """Whether the same provider is asked anew because of an unusable answer."""
        return False

    def _is_left_out(self, name: str) -> bool:
        return not breaker.lets_through((name, self.kind))

    async def first_success(self) -> Success[T, A]:
        error: ProviderError = ProviderTimedOut()
        for position, name in enumerate(self.names):
            if self.deadline.expired:
                if not isinstance(error, ProviderTimedOut):
                    error = ProviderTimedOut(f"{error.message} Then the request timed out.")
                break
            if self._is_left_out(name) and not (self._all_are_out or name == self.names[-1]):
                continue  # meanwhile others found it failing, or probe it
            try:
                return await self._turn(registry.provider(name), len(self.names) - position)
            except AttemptFailed as failure:
                error = failure.told()
            rest = await self.last_resort()
            if rest is not None:
                return rest
        raise error

    async def last_resort(self) -> Success[T, A] | None:
        """What a provider's turn that failed has left us all the same."""
        return None

    async def _turn(self, provider: Provider, left: int) -> Success[T, A]:
        """The attempts at one provider; `left` counts the providers still to be asked, with it."""
        until = self._share(left)
        retried = False
        while True:
            try:
                return provider, *await self._attempt(provider, until)
            except AttemptFailed as failure:
                if self.asks_again(failure) and not self.deadline.expired:
                    until = self._share(left)
                elif failure.transient and not retried and _worth_waiting(failure, until, left):
                    retried = True
                    await asyncio.sleep(_pause(failure))
                else:
                    raise

    def _share(self, left: int) -> Deadline:
        return self.deadline.at_most(self.deadline.remaining() / left)

    async def _attempt(self, provider: Provider, until: Deadline) -> tuple[T, A, int]:
        circuit = (provider.name, self.kind)
        fair = until.remaining() >= FAIR_CHANCE_S[self.kind]
        with breaker.attempt(circuit):
            try:
                made = await self.attempts.make(provider, until, self.ask, self.read)
            except AttemptFailed as failure:
                if failure.blames_provider and (fair or failure.kind is not FailureKind.TIMEOUT):
                    breaker.failed(circuit)
                    self._tell(circuit)
                raise
            breaker.succeeded(circuit)
            self._tell(circuit)
        return made

    def _tell(self, circuit: tuple[str, Kind]) -> None:
        observing.circuit(*circuit, is_open=not breaker.lets_through(circuit))


class _GenerationRun(_Run[Reply, T | None]):
    kind: Kind = "generation"

    def __init__(self, generation: Generation, call: Call, read: Callable[[str], T]) -> None:
        super().__init__(call)
        self._read = read
        self._original = replace(
            generation, system=clean_text(generation.system), user=clean_text(generation.user)
        )
        self._asked = self._original
        self._asked_again = False
        self._had_room = generation.answer_schema is None
        self._answered: tuple[Provider, int] | None = None
        self._cut: tuple[Provider, Reply, int] | None = None

    async def ask(self, provider: Provider) -> Reply:
        # Faults concern one answer of one provider: the next provider gets the original.
        asked, self._asked = self._asked, self._original
        started = perf_counter()
        try:
            reply = await provider.generate(asked)
        except AttemptFailed as failure:
            raise self._as_without_json(failure) from None
        self._answered = provider, round((perf_counter() - started) * 1000)
        return reply

    def _as_without_json(self, failure: AttemptFailed) -> AttemptFailed:
        """An empty answer is one without the object asked for.

        Asking anew would bring no other for want of tokens, and where no more tools may be called.
        """
        if failure.kind is FailureKind.EMPTY and self._original.answer_schema is not None:
            failure.message += " No JSON object found."
            if not failure.starved and not self._original.rounds:
                failure.faults = ("the answer is empty",)
        return failure

    async def read(self, reply: Reply) -> T | None:
        if reply.calls:
            self._require_whole(reply)
            return None
        if reply.cut and not self._had_room and self._answered and not _is_json(reply.content):
            provider, latency_ms = self._answered
            self._cut = provider, reply, latency_ms
            raise provider.failed(FailureKind.CUT, "sent an answer that was cut off")
        return await self._as_read(reply)

    def _require_whole(self, reply: Reply) -> None:
        """Raises AttemptFailed for calls that were cut off, while there may be more room."""
        if reply.cut and self._answered and any(call.broken for call in reply.calls):
            provider, _ = self._answered
            raise provider.failed(FailureKind.CUT, "sent an answer that was cut off")

    async def _as_read(self, reply: Reply) -> T:
        try:
            return await read_aside(self._read, reply.content)
        except UnusableAnswer as unusable:
            raise AttemptFailed(
                FailureKind.UNUSABLE, unusable.message, faults=tuple(unusable.faults)
            ) from None

    def asks_again(self, failure: AttemptFailed) -> bool:
        """Once for a cut answer, with more room, and once for one with faults, naming them."""
        if failure.kind is FailureKind.CUT:
            if self._had_room:
                return False
            self._had_room = True
            wanted = self._original.max_tokens
            self._original = replace(self._original, max_tokens=wanted + max(wanted, MORE_ROOM))
            self._asked = self._original
            return True
        if not failure.faults or self._asked_again:
            return False
        self._asked_again = True
        faults = "\n".join(f"- {fault}" for fault in failure.faults)
        if self._original.rounds:
            afterword = _ASK_AGAIN_AFTER_CALLS.format(faults=faults)
            self._asked = replace(self._original, afterword=afterword)
        else:
            user = _ASK_AGAIN.format(user=self._original.user, faults=faults)
            self._asked = replace(self._original, user=user)
        return True

    async def last_resort(self) -> Success[T | None, Reply] | None:
        """What can be read of an answer that was cut off, when more room brought no better one."""
        if self._cut is None:
            return None
        (provider, reply, latency_ms), self._cut = self._cut, None
        try:
            return provider, await self._as_read(reply), reply, latency_ms
        except AttemptFailed:
            return None
        except Exception:  # the turn has failed already; this was an extra
            model = provider.model(self.kind)
            log.exception("provider_answer_unreadable", provider=provider.name, model=model)
            return None


class _EmbeddingRun(_Run[Vectors, list[list[float]]]):
    kind: Kind = "embedding"

    def __init__(self, inputs: list[str], call: Call) -> None:
        super().__init__(call)
        self._inputs = inputs

    async def ask(self, provider: Provider) -> Vectors:
        return await provider.embed(self._inputs)

    async def read(self, vectors: Vectors) -> list[list[float]]:
        return vectors.embeddings


def _is_json(text: str) -> bool:
    """Whether a text is whole JSON: then only blanks were cut off."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _as_it_is(content: str) -> str:
    return content


def _pause(failure: AttemptFailed) -> float:
    return RETRY_PAUSE_S if failure.retry_after_s is None else failure.retry_after_s


def _worth_waiting(failure: AttemptFailed, until: Deadline, left: int) -> bool:
    """Whether the pause before a second try leaves time for it, and nobody else is free sooner."""
    pause = _pause(failure)
    return pause < until.remaining() and (left == 1 or pause <= PATIENCE_S)
