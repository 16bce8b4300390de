"""Vectors for a material's chunks: those it has already, and new ones for the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings

from materials.errors import NoEmbeddingProvider, WrongDimension
from materials.models import MaterialChunk
from materials.search import embedding_provider
from stemcore.database import LONG, read
from stemcore.deadline import Deadline
from stemcore.providers import Call, embed
from stemcore.providers.registry import configured, order, provider
from stemcore.text import normal_form

BATCH_SIZE: Final = 32
"""Texts of one embedding request: 32,000 tokens, within every provider's bounds."""

Progress = Callable[[int, int], None]
"""Told how many chunks are embedded, and of how many."""


def no_progress(done: int, total: int) -> None:
    """For whoever does not watch."""


@dataclass(frozen=True)
class EmbeddingModel:
    """A provider and its model: only vectors of one model can be compared."""

    provider: str
    model: str

    @property
    def last_name(self) -> str:
        """What a model is known by: "openai/x" of one provider is "x" of another."""
        return self.model.rpartition("/")[2]


@dataclass(frozen=True)
class Vectors:
    """One vector for each text, all of one model."""

    provider: str
    model: str
    numbers: list[list[float]]


class Owner(Protocol):
    """On whose behalf texts are embedded: a material."""

    @property
    def id(self) -> UUID: ...
    @property
    def class_id(self) -> UUID: ...
    @property
    def sandbox_id(self) -> UUID | None: ...
    @property
    def uploaded_by(self) -> UUID | None: ...


def current_model(preferred: str | None = None) -> EmbeddingModel:
    """The model that embeds now: the preferred provider's where it is configured.

    Raises NoEmbeddingProvider.
    """
    if not configured("embedding"):
        raise NoEmbeddingProvider
    call = Call("material_embedding", Deadline.after(0), default_provider=preferred)
    name = order("embedding", call)[0]
    return EmbeddingModel(name, provider(name).model("embedding"))


async def embed_texts(
    owner: Owner, texts: Sequence[str], progress: Progress = no_progress
) -> Vectors:
    """A vector for each text, all of one model; a text that the material had keeps its vector.

    The provider of the class's other chunks is asked first, since others' vectors cannot be
    compared with theirs. Raises NoEmbeddingProvider, WrongDimension, or ProviderError when
    embedding failed for now.
    """
    model = current_model(await embedding_provider(owner.class_id))
    known = await known_vectors(owner.id, model)
    run = Run(owner, model, len(texts), progress)
    run.vectors = {text: known[text] for text in texts if text in known}
    await run.embed_missing(texts)
    if run.model != model and run.kept:
        run.vectors = {text: run.vectors[text] for text in run.fresh}
        await run.embed_missing(texts)
    return Vectors(run.model.provider, run.model.model, [run.vectors[text] for text in texts])


class Run:
    """The embedding of one material's texts, by `model` first and, when it fails, by others.

    `strictly` asks no other. `model` is in the end the one that made `vectors`.
    """

    def __init__(
        self,
        owner: Owner,
        model: EmbeddingModel,
        total: int,
        progress: Progress = no_progress,
        *,
        strictly: bool = False,
    ) -> None:
        self.model = model
        self.vectors: dict[str, list[float]] = {}
        self.fresh: set[str] = set()
        self._total, self._progress = total, progress
        self._call = Call(
            purpose="material_embedding",
            deadline=Deadline.after(0),
            default_provider=model.provider,
            provider_order=(model.provider,) if strictly else (),
            user_id=owner.uploaded_by,
            class_id=owner.class_id,
            sandbox_id=owner.sandbox_id,
        )

    @property
    def kept(self) -> bool:
        """Whether there are vectors that this run has not made."""
        return len(self.vectors) > len(self.fresh)

    async def embed_missing(self, texts: Sequence[str]) -> None:
        missing = [text for text in dict.fromkeys(texts) if text not in self.vectors]
        for first in range(0, len(missing), BATCH_SIZE):
            await self._embed(missing[first : first + BATCH_SIZE])
            self._progress(min(len(self.vectors), self._total), self._total)

    async def _embed(self, texts: list[str]) -> None:
        """One request, with a deadline of its own; the first one's provider makes all the rest."""
        deadline = Deadline.after(settings.AI_EMBEDDING_TIMEOUT_MS / 1000)
        result = await embed(texts, replace(self._call, deadline=deadline))
        dimension = len(result.embeddings[0])
        if dimension != settings.EMBEDDING_DIM:
            raise WrongDimension(dimension, settings.EMBEDDING_DIM)
        self.model = EmbeddingModel(result.provider, result.model)
        self._call = replace(self._call, provider_order=(result.provider,))
        self.vectors.update(zip(texts, result.embeddings, strict=True))
        self.fresh.update(texts)


@read(lane=LONG)
def known_vectors(material_id: UUID, model: EmbeddingModel) -> dict[str, list[float]]:
    """The vectors of a material's chunks that a model made, by the text that was embedded."""
    rows = MaterialChunk.objects.filter(
        material_id=material_id,
        embedding__isnull=False,
        embedding_provider=model.provider,
        embedding_model=model.model,
    ).values_list("section_title", "text", "embedding")
    return {titled(title, text): list(vector or ()) for title, text, vector in rows}


def titled(title: str | None, text: str) -> str:
    """What is embedded of a chunk: its text, under its section's title where it lacks that."""
    return normal_form(text if not title or title in text else f"{title}\n{text}")
