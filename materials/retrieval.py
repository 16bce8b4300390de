"""What of a class's materials a question is answered from."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.conf import settings
from structlog import get_logger

from materials.index.repair import request_repair
from materials.models import COLUMN_DIMENSIONS
from materials.search import FoundChunk, QueryVector, embedding_provider, find_chunks, textual
from materials.terms import query_terms
from stemcore.citations import SEPARATOR, Passage, source_label, text_of, without_labels
from stemcore.providers import Call, ProviderError, embed
from stemcore.text import CHARS_PER_TOKEN, clean_text, normal_form

log = get_logger(__name__)

MAX_TOKENS: Final = 24_000
MAX_CHUNK_TOKENS: Final = 2_000
MIN_CUT_TOKENS: Final = 50
QUERY_CHARS: Final = 8_000
# Most of the caller's time belongs to the answer; without an embedding text search serves.
EMBEDDING_SHARE: Final = 0.25
ELLIPSIS: Final = " …"


@dataclass(frozen=True)
class MaterialContext:
    """Passages for a prompt, none when nothing was found."""

    passages: tuple[Passage, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(passage.label for passage in self.passages)

    @property
    def text(self) -> str:
        """The passages as one text, each under its label."""
        return text_of(self.passages)


async def material_context(class_id: UUID, query: str, call: Call) -> MaterialContext:
    """The passages of a class's ready materials that fit a question best.

    At most 24 chunks, 6 a material, 24,000 estimated tokens with their labels. `call` says on
    whose behalf the question is embedded and by when the caller must answer. When it cannot be
    embedded, text search alone serves; provider failures do not rise from here.
    """
    return await material_context_of(class_id, await embedding_provider(class_id), query, call)


async def material_context_of(
    class_id: UUID, provider: str | None, query: str, call: Call
) -> MaterialContext:
    """As `material_context`, of a class of which `embedding_provider` is known."""
    query = normal_form(clean_text(query)).strip()
    if provider is None or not query:
        return MaterialContext()
    vector, by_words = await asyncio.gather(
        _query_vector(query, _embedding_call(call, class_id, provider)),
        textual(class_id, query_terms(query)),
    )
    if by_words.not_indexed:
        request_repair(class_id)
    return assemble(await find_chunks(class_id, by_words, vector))


def _embedding_call(call: Call, class_id: UUID, provider: str) -> Call:
    """The call for the question's embedding, first by the provider that embedded the class."""
    seconds = min(
        settings.AI_EMBEDDING_TIMEOUT_MS / 1000, call.deadline.remaining() * EMBEDDING_SHARE
    )
    return replace(
        call,
        purpose="material_query_embedding",
        deadline=call.deadline.at_most(seconds),
        class_id=class_id,
        provider_order=(),
        default_provider=provider or None,
    )


async def _query_vector(query: str, call: Call) -> QueryVector | None:
    try:
        result = await embed([query[:QUERY_CHARS]], call)
    except ProviderError:
        # The gateway has logged the cause.
        log.warning("query_embedding_failed")
        return None
    numbers = result.embeddings[0]
    if len(numbers) != COLUMN_DIMENSIONS:
        log.warning("query_embedding_dimension", found=len(numbers), expected=COLUMN_DIMENSIONS)
        return None
    return QueryVector(tuple(numbers), result.model)


def assemble(chunks: Iterable[FoundChunk], max_tokens: int = MAX_TOKENS) -> MaterialContext:
    """The passages in their order, cut or left out where the budget asks for it.

    A chunk that does not fit never ends the list: a smaller one after it may fit.
    """
    left = max_tokens * CHARS_PER_TOKEN
    passages: list[Passage] = []
    for chunk in chunks:
        label = label_of(len(passages) + 1, chunk)
        room = left - len(label) - 1 - len(SEPARATOR)
        text = without_labels(chunk.text).strip()
        text = _cut(text, min(room, MAX_CHUNK_TOKENS * CHARS_PER_TOKEN))
        if text:
            passages.append(Passage(label, text))
            left = room - len(text)
    return MaterialContext(tuple(passages))


def label_of(number: int, chunk: FoundChunk) -> str:
    """The label of a chunk as a source of a prompt."""
    return source_label(number, chunk.material_title, f"{chunk.source_type} {chunk.source_index}")


def _cut(text: str, chars: int) -> str:
    """The beginning of a text within so many characters; nothing when too little would be left."""
    if len(text) <= chars:
        return text
    if chars < MIN_CUT_TOKENS * CHARS_PER_TOKEN:
        return ""
    return text[: chars - len(ELLIPSIS)].rsplit(maxsplit=1)[0] + ELLIPSIS
