"""From a file's bytes to searchable chunks: extract, cut, embed, store.

Who calls has the file and the right to process it; the command and the worker share this core.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from threading import Thread
from typing import Final
from uuid import UUID

from django.conf import settings

from materials.chunking import Chunk, chunk_segments
from materials.embedding import Progress, embed_texts, no_progress, titled
from materials.errors import MaterialFailed, MaterialGone
from materials.extraction import Extraction, Kind, detect_kind, extract
from materials.index.rows import forget_material, index_chunks
from materials.jobs import Claim, hold, settle
from materials.models import Material, MaterialChunk
from materials.quality import quality_score
from stemcore.database import BULK, write

INDEXED_AT_ONCE: Final = 200
"""Chunks whose words are indexed with their storing, which must stay short; more are repaired."""

METHODS: Final = {Kind.PDF: "pypdfium2", Kind.DOCX: "ooxml", Kind.PPTX: "ooxml"}

MAX_CHARS: Final = 2_000_000
MAX_CHUNKS: Final = 1_000
"""What of one file is made searchable; 40 pages of dense text have a tenth of it."""

STORED_AT_ONCE: Final = 100
"""Chunks of one statement."""

AGAIN: Final = "Processing this file again failed, so its earlier text is still used: "
"""Begins the warning on a material that was ready before and stays so."""


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
    material_id: UUID, content: bytes, progress: Progress = no_progress
) -> Ingested:
    """Makes a material searchable: its chunks are replaced and it is `ready` in one step.

    Until then its old chunks stay. What trying again cannot heal ends it with a warning
    (`fail_material`), and raises MaterialFailed. Raises ProviderError when embedding failed for
    now; the material stays as it is, and whether to try again or give up is the caller's choice.
    """
    try:
        return await ingest(await start_material(material_id), content, progress)
    except MaterialFailed as failure:
        await fail_material(material_id, failure.message)
        raise


async def ingest(
    material: MaterialFile,
    content: bytes,
    progress: Progress = no_progress,
    claim: Claim | None = None,
) -> Ingested:
    """As `process_material`, for a material that was started; failing it is the caller's part.

    With a claim its job ends in the same step; ClaimLost then says that nothing was stored.
    """
    kind = detect_kind(material.declared_kind, material.mime_type, material.name)
    work = partial(extract, content, kind, page_limit=settings.PDF_TEXT_PAGE_LIMIT)
    extraction = bounded(await _aside(work))
    chunks = chunk_segments(
        extraction.segments,
        max_tokens=settings.CHUNK_TOKENS,
        overlap_tokens=settings.CHUNK_OVERLAP,
    )
    if len(chunks) > MAX_CHUNKS:
        extraction = _with_warning(extraction, f"{MAX_CHUNKS:,} of {len(chunks):,} passages")
        chunks = chunks[:MAX_CHUNKS]
    vectors = await embed_texts(material, [embedding_input(chunk) for chunk in chunks], progress)
    embedded = [
        EmbeddedChunk(chunk, vector, vectors.provider, vectors.model)
        for chunk, vector in zip(chunks, vectors.numbers, strict=True)
    ]
    return await store_chunks(material.id, kind, extraction, embedded, claim)


async def _aside(work: Callable[[], Extraction]) -> Extraction:
    """The outcome of what waits for a child process, in a thread of its own.

    The loop's default threads look up names, and those of a pool would hold up the end of the
    process as long as the child takes.
    """
    outcome: Future[Extraction] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001  # it rises where it is awaited
            outcome.set_exception(error)

    outcome.set_running_or_notify_cancel()
    Thread(target=run, name="extraction", daemon=True).start()
    return await asyncio.wrap_future(outcome)


def bounded(extraction: Extraction) -> Extraction:
    """The beginning of a text that is longer than can be searched, with a warning that says so."""
    if extraction.char_count <= MAX_CHARS:
        return extraction
    segments, left = [], MAX_CHARS
    for segment in extraction.segments:
        if left <= 0:
            break
        segments.append(replace(segment, text=segment.text[:left]))
        left -= len(segment.text)
    told = f"{MAX_CHARS:,} of {extraction.char_count:,} characters"
    return _with_warning(replace(extraction, segments=tuple(segments)), told)


def _with_warning(extraction: Extraction, told: str) -> Extraction:
    warning = (
        f"This file holds more text than can be searched: the first {told} are used. "
        "Please split it and upload the parts."
    )
    return replace(extraction, warnings=(*extraction.warnings, warning))


@write
def start_material(material_id: UUID, claim: Claim | None = None) -> MaterialFile:
    """Marks a material as being processed and gives what processing needs.

    One that is `ready` stays so, since only ready materials are searched and its old chunks
    serve until they are replaced. Raises MaterialGone, or ClaimLost.
    """
    row = _locked(material_id)
    if row is None:
        raise MaterialGone
    if claim:
        hold(claim)
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


def embedding_input(chunk: Chunk) -> str:
    """The text that is embedded: under its section's title, which later chunks do not hold."""
    return titled(chunk.segment.section_title, chunk.text)


@write(lane=BULK)
def store_chunks(
    material_id: UUID,
    kind: Kind,
    extraction: Extraction,
    embedded: Sequence[EmbeddedChunk],
    claim: Claim | None = None,
) -> Ingested:
    """Replaces a material's chunks, sets it `ready` and ends its job, all or nothing.

    Raises MaterialGone, or ClaimLost.
    """
    material = _locked(material_id)
    if material is None:
        raise MaterialGone
    if claim:
        settle(claim, "completed")
    sandbox_id = material.classroom.sandbox_id
    forget_material(material_id)
    MaterialChunk.objects.filter(material_id=material_id).delete()
    rows = [_chunk_row(material, sandbox_id, kind, n, item) for n, item in enumerate(embedded)]
    MaterialChunk.objects.bulk_create(rows, batch_size=STORED_AT_ONCE)
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
def fail_material(
    material_id: UUID, warning: str, claim: Claim | None = None, error: str | None = None
) -> None:
    """Ends a material and its job with the sentence that tells the teacher what to do.

    One that is ready stays so with its old chunks, and the sentence beside its own warnings.
    `error` is what the job says, when that is not the sentence. Raises ClaimLost.
    """
    material = _locked(material_id)
    if claim and material:
        settle(claim, "failed", error or warning)
    if material is None:
        return
    told = [warning]
    if material.status == "ready":
        told = [*_own_warnings(material), AGAIN + warning]
    else:
        material.status = "failed"
    material.metadata = {**(material.metadata or {}), "warnings": told}
    material.save(update_fields=["status", "metadata"])


def _own_warnings(material: Material) -> list[str]:
    """What a ready material's own processing warned of."""
    found = (material.metadata or {}).get("warnings")
    texts = found if isinstance(found, list) else []
    return [text for text in texts if isinstance(text, str) and not text.startswith(AGAIN)]


def _locked(material_id: UUID) -> Material | None:
    """The row, locked to the end of the unit, so that a second worker waits for its turn."""
    rows = Material.objects.select_related("classroom").select_for_update(of=("self",))
    return rows.filter(id=material_id).first()
