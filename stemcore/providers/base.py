"""What every provider is: an adapter from our terms to one wire format."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import aiohttp
from django.conf import settings

from stemcore.http import BodyTooLarge
from stemcore.providers.capabilities import EmbeddingFacts, embedding_facts
from stemcore.providers.errors import AttemptFailed, FailureKind, code_word
from stemcore.providers.tools import author_of
from stemcore.providers.types import Generation, Kind, Reply, Usage, Vectors, sum_of
from stemcore.settings import ProviderSettings


class Provider(ABC):
    """One provider in one event loop.

    Both methods raise AttemptFailed and nothing else that a provider can cause. They set no
    timeout: the gateway cancels them when their time is over.
    """

    name: ClassVar[str]

    def __init__(self, config: ProviderSettings) -> None:
        self.config = config

    @abstractmethod
    async def generate(self, generation: Generation) -> Reply: ...

    @abstractmethod
    async def embed(self, inputs: Sequence[str]) -> Vectors: ...

    def model(self, kind: Kind) -> str:
        """Name of the model that serves that kind of call."""
        return self.config.model if kind == "generation" else self.config.embedding_model

    @property
    def author(self) -> str:
        """Provider and model, as a round of tool calls names who asked for it."""
        return author_of(self.name, self.model("generation"))

    def failed(
        self,
        kind: FailureKind,
        what: str,
        *,
        starved: bool = False,
        usage: Usage | None = None,
    ) -> AttemptFailed:
        """The failure whose sentence is the provider's name and `what`."""
        return AttemptFailed(kind, f"{self.name} {what}.", starved=starved, usage=usage)

    def empty(self, reason: str, usage: Usage | None, *, starved: bool) -> AttemptFailed:
        """The failure of an answer without a visible word; `starved`, for want of tokens."""
        word = code_word(reason)
        what = f"sent an empty answer{f' ({word})' if word else ''}"
        return self.failed(FailureKind.EMPTY, what, starved=starved, usage=usage)


class KeyedProvider(Provider):
    """A provider that is reached over the network with a key; at `home` when none is configured."""

    home: ClassVar[str]

    @property
    def address(self) -> str:
        """Where it is reached."""
        return self.config.base_url or self.home

    async def embed(self, inputs: Sequence[str]) -> Vectors:
        """Embeddings of all inputs, in requests as large as the provider takes."""
        facts = embedding_facts(self.name, self.config.embedding_model)
        embeddings: list[list[float]] = []
        usage: Usage | None = None
        for part in batches(inputs, facts):
            vectors = await self._embed_batch(part, settings.EMBEDDING_DIM if facts.sizable else 0)
            if len(vectors.embeddings) != len(part):
                raise self.failed(FailureKind.MALFORMED, "sent another number of embeddings")
            usage = sum_of(usage, vectors.usage) if embeddings else vectors.usage
            embeddings += vectors.embeddings
        self._check(embeddings)
        return Vectors(embeddings, usage)

    @abstractmethod
    async def _embed_batch(self, inputs: Sequence[str], dimension: int) -> Vectors:
        """Embeddings of one request, in the inputs' order; `dimension` 0 is the model's own."""

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turns what the transport and the wire models raise into our one failure.

        No cause is chained: its text may carry the prompt, the key or the address.
        """
        try:
            yield
        except BodyTooLarge:
            raise self.failed(FailureKind.MALFORMED, "sent too much") from None
        except (aiohttp.ClientError, OSError):
            raise self.failed(FailureKind.CONNECTION, "could not be reached") from None
        except ValueError:
            raise self.failed(FailureKind.MALFORMED, "sent a malformed answer") from None

    def _check(self, embeddings: list[list[float]]) -> None:
        dimensions = {len(vector) for vector in embeddings}
        if len(dimensions) != 1 or 0 in dimensions:
            raise self.failed(FailureKind.MALFORMED, "sent embeddings of several dimensions")


def batches(inputs: Sequence[str], facts: EmbeddingFacts) -> Iterator[list[str]]:
    """The inputs in order, in parts within the limits; a text over the limit goes alone."""
    part: list[str] = []
    size = 0
    for text in inputs:
        if part and (len(part) == facts.max_inputs or size + len(text) > facts.max_chars):
            yield part
            part, size = [], 0
        part.append(text)
        size += len(text)
    if part:
        yield part
