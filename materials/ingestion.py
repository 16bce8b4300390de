"""From a file's bytes to searchable chunks: extract, cut, embed, store.

Who calls has the file and the right to process it; the command and the worker share this core.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from uuid import UUID

from django.conf import settings

from materials.chunking import Chunk, chunk_segments
from materials.errors import MaterialFailed, MaterialGone, NoEmbeddingProvider, WrongDimension
from materials.extraction import Extraction, Kind, detect_kind, extract
from materials.index.rows import forget_material, index_chunks
from materials.models import Material, MaterialChunk
from materials.quality import quality_score
from stemcore.database import BULK, write
from stemcore.deadline import Deadline
from stemcore.providers import Call, embed
from stemcore.providers.registry import configured
from stemcore.text import normal_form

BATCH_SIZE: Final = 32
"""Texts of one embedding request: 32,000 tokens, within every provider's bounds."""

INDEXED_AT_ONCE: Final = 200
"""Chunks whose words are indexed with their storing, which must stay short; more are repaired."""

METHODS: Final = {Kind.PDF: "pypdfium2", Kind.DOCX: "python-docx", Kind.PPTX: "python-pptx"}

Progress = Callable[[int, int], None]
"""Told how many chunks are embedded, and of how many."""


# Threads of their own: the loop's default ones look up names, and each waits for a child process.
_extracting = ThreadPoolExecutor(4, thread_name_prefix="extraction")


@dataclass(frozen=True)
class MaterialFile:
    """What of a material's row its processing needs. `declared_kind` is `metadata.kind`."""

    id: UUID
    class_id: UUID
    sandbox_id: UUID | None
    uploaded_by: UUID | None
    name: str
    mime_type: str | None
    declared_kind: object


@dataclass(frozen=True)
class EmbeddedChunk:
    """A chunk with its vector and where the vector comes from."""

    chunk: Chunk
    vector: list[float]
    provider: str
    model: str


@dataclass(frozen=True)
class Ingested:
    """What became of a file."""

    chunk_count: int
    segment_count: int
    char_count: int
    warnings: tuple[str, ...]


async def process_material(
    material_id: UUID, content: bytes, progress: Progress = lambda done, total: None
) -> Ingested:
    """Makes a material searchable: its chunks are replaced and it is `ready` in one step.

    Until then its old chunks stay. What trying again cannot heal sets it `failed` with a
    warning, and raises MaterialFailed. Raises ProviderError when embedding failed for now; the
    material stays as it is, and whether to try again or give up (`fail_material`) is the
    caller's choice.
    """
    try:
        return await _process(material_id, content, progress)
    except MaterialFailed as failure:
        await fail_material(material_id, failure.message)
        raise


async def _process(material_id: UUID, content: bytes, progress: Progress) -> Ingested:
    material = await start_material(material_id)
    kind = detect_kind(material.declared_kind, material.mime_type, material.name)
    limit = settings.PDF_TEXT_PAGE_LIMIT
    work = partial(extract, content, kind, page_limit=limit)
    extraction = await asyncio.get_running_loop().run_in_executor(_extracting, work)
    chunks = chunk_segments(
        extraction.segments,
        max_tokens=settings.CHUNK_TOKENS,
        overlap_tokens=settings.CHUNK_OVERLAP,
    )
    embedded = await embed_chunks(material, chunks, progress)
    return await store_chunks(material_id, kind, extraction, embedded)


@write
def start_material(material_id: UUID) -> MaterialFile:
    """Marks a material as being processed and gives what processing needs.

    One that is `ready` stays so, since only ready materials are searched and its old chunks
    serve until they are replaced. Raises MaterialGone.
    """
    row = Material.objects.select_related("classroom").filter(id=material_id).first()
    if row is None:
        raise MaterialGone
    Material.objects.filter(id=material_id).exclude(status="ready").update(status="processing")
    return MaterialFile(
        id=row.id,
        class_id=row.classroom_id,
        sandbox_id=row.classroom.sandbox_id,
        uploaded_by=row.uploaded_by,
        name=row.storage_path,
        mime_type=row.mime_type,
        declared_kind=(row.metadata or {}).get("kind"),
    )


async def embed_chunks(
    material: MaterialFile, chunks: Sequence[Chunk], progress: Progress
) -> list[EmbeddedChunk]:
    """The chunks with their vectors, all of one provider, since others' are not comparable.

    Raises NoEmbeddingProvider, WrongDimension, or ProviderError when embedding failed for now.
    """
    if not configured("embedding"):
        raise NoEmbeddingProvider
    call = Call(
        purpose="material_embedding",
        deadline=Deadline.after(0),
        user_id=material.uploaded_by,
        class_id=material.class_id,
        sandbox_id=material.sandbox_id,
    )
    embedded: list[EmbeddedChunk] = []
    for first in range(0, len(chunks), BATCH_SIZE):
        batch = await _embed_batch(chunks[first : first + BATCH_SIZE], call)
        embedded += batch
        call = replace(call, provider_order=(batch[0].provider,))
        progress(len(embedded), len(chunks))
    return embedded


async def _embed_batch(chunks: Sequence[Chunk], call: Call) -> list[EmbeddedChunk]:
    """One request, with a deadline of its own. `call.provider_order` names whom to ask."""
    call = replace(call, deadline=Deadline.after(settings.AI_EMBEDDING_TIMEOUT_MS / 1000))
    result = await embed([embedding_input(chunk) for chunk in chunks], call)
    dimension = len(result.embeddings[0])
    if dimension != settings.EMBEDDING_DIM:
        raise WrongDimension(dimension, settings.EMBEDDING_DIM)
    return [
        EmbeddedChunk(chunk, vector, result.provider, result.model)
        for chunk, vector in zip(chunks, result.embeddings, strict=True)
    ]


def embedding_input(chunk: Chunk) -> str:
    """The text that is embedded: under its section's title, which later chunks do not hold."""
    title = chunk.segment.section_title
    text = chunk.text if not title or title in chunk.text else f"{title}\n{chunk.text}"
    return normal_form(text)


@write(lane=BULK)
def store_chunks(
    material_id: UUID, kind: Kind, extraction: Extraction, embedded: Sequence[EmbeddedChunk]
) -> Ingested:
    """Replaces a material's chunks and sets it `ready`. Raises MaterialGone."""
    material = _locked(material_id)
    if material is None:
        raise MaterialGone
    sandbox_id = material.classroom.sandbox_id
    forget_material(material_id)
    MaterialChunk.objects.filter(material_id=material_id).delete()
    rows = [_chunk_row(material, sandbox_id, kind, n, item) for n, item in enumerate(embedded)]
    MaterialChunk.objects.bulk_create(rows, batch_size=100)
    index_chunks(material.classroom_id, [row.id for row in rows[:INDEXED_AT_ONCE]])
    counts = {"charCount": extraction.char_count, "segmentCount": len(extraction.segments)}
    material.status = "ready"
    material.extracted_text = "\n\n".join(segment.text for segment in extraction.segments)
    material.metadata = {
        **(material.metadata or {}),
        "extraction_stats": counts,
        "warnings": list(extraction.warnings),
    }
    material.save(update_fields=["status", "extracted_text", "metadata"])
    return Ingested(
        chunk_count=len(rows),
        segment_count=len(extraction.segments),
        char_count=extraction.char_count,
        warnings=extraction.warnings,
    )


def _chunk_row(
    material: Material, sandbox_id: UUID | None, kind: Kind, index: int, item: EmbeddedChunk
) -> MaterialChunk:
    segment, text = item.chunk.segment, item.chunk.text
    return MaterialChunk(
        material_id=material.id,
        classroom_id=material.classroom_id,
        sandbox_id=sandbox_id,
        source_type=segment.source_type,
        source_index=segment.source_index,
        section_title=segment.section_title,
        text=text,
        token_count=item.chunk.token_count,
        embedding=item.vector,
        embedding_provider=item.provider,
        embedding_model=item.model,
        extraction_method=METHODS[kind],
        quality_score=quality_score(text),
        metadata={"chunkIndex": index, "start": item.chunk.start, "end": item.chunk.end},
    )


@write
def fail_material(material_id: UUID, warning: str) -> None:
    """Sets a material `failed`, with the sentence that tells the teacher what to do."""
    material = _locked(material_id)
    if material is None:
        return
    material.status = "failed"
    material.metadata = {**(material.metadata or {}), "warnings": [warning]}
    material.save(update_fields=["status", "metadata"])


def _locked(material_id: UUID) -> Material | None:
    """The row, locked to the end of the unit, so that a second worker waits for its turn."""
    rows = Material.objects.select_related("classroom").select_for_update(of=("self",))
    return rows.filter(id=material_id).first()
