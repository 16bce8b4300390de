"""Ingestion: what is stored, and that a failure leaves nothing half done."""

import asyncio
from threading import Event
from typing import Any

import pytest

from materials import errors, ingestion
from materials.embedding import BATCH_SIZE
from materials.extraction import extract
from materials.index.rows import missing_rows
from materials.ingestion import embedding_input, process_material
from materials.models import Material, MaterialChunk
from materials.quality import quality_score
from stemcore.providers import ProviderError
from tests import factories
from tests.cast import Cast
from tests.database import fingerprint, superuser
from tests.materials import files
from tests.stubs import steps

MOTION = files.text_pdf("Velocity is distance over time.", "Momentum is mass times velocity.")


@pytest.fixture
def material(cast: Cast) -> Material:
    return factories.material(
        cast.classroom, status="pending", extracted_text=None, metadata={"kind": "pdf", "own": 1}
    )


def stored(material: Material) -> Material:
    return factories.row(Material, id=material.id)


def chunks(material: Material) -> list[MaterialChunk]:
    return factories.rows(MaterialChunk, material=material, order="source_index")


async def test_it_makes_a_material_ready(material: Material, providers: Any) -> None:
    done = await process_material(material.id, MOTION)
    row = stored(material)
    assert (done.chunk_count, done.segment_count, done.char_count) == (2, 2, 63)
    assert row.status == "ready"
    assert row.extracted_text == (
        "Velocity is distance over time.\n\nMomentum is mass times velocity."
    )
    assert row.metadata == {
        "kind": "pdf",
        "own": 1,
        "extraction_stats": {"charCount": 63, "segmentCount": 2},
        "warnings": [],
    }


async def test_extraction_leaves_the_look_up_of_names_alone(
    material: Material, providers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Event()

    def slow(*arguments: Any, **options: Any) -> Any:
        held.wait(60)
        return extract(*arguments, **options)

    monkeypatch.setattr(ingestion, "extract", slow)
    crowd = [asyncio.ensure_future(process_material(material.id, MOTION)) for _ in range(40)]
    try:
        await asyncio.sleep(0.1)
        async with asyncio.timeout(20):
            await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 80)
    finally:
        held.set()
        await asyncio.gather(*crowd)


async def test_it_stores_chunks_with_their_source(material: Material, providers: Any) -> None:
    providers.configure("openrouter", embedding_model="openai/text-embedding-3-small")
    await process_material(material.id, MOTION)
    first, second = chunks(material)
    assert (first.source_type, first.source_index, second.source_index) == ("page", 1, 2)
    assert first.text == "Velocity is distance over time."
    assert (first.classroom_id, first.sandbox_id) == (material.classroom_id, None)
    assert (first.embedding_provider, first.embedding_model) == (
        "openrouter",
        "openai/text-embedding-3-small",
    )
    assert (first.extraction_method, first.quality_score, first.token_count) == ("pypdfium2", 1, 8)
    assert first.metadata == {"chunkIndex": 0, "start": 0, "end": 31}
    assert len(first.embedding or []) == 1536


async def test_it_indexes_the_words_of_its_chunks_and_forgets_those_of_old_ones(
    material: Material, providers: Any
) -> None:
    for content in (files.text_pdf("Rotenone blocks it."), MOTION):
        await process_material(material.id, content)
        rows = superuser().execute("SELECT chunk_id, class_id FROM stem.chunk_words").fetchall()
        assert {row["chunk_id"] for row in rows} == {chunk.id for chunk in chunks(material)}
        assert {row["class_id"] for row in rows} == {material.classroom_id}
        assert await missing_rows(material.classroom_id) == []


async def test_it_marks_chunks_of_a_sandbox_class(cast: Cast, providers: Any) -> None:
    material = factories.material(cast.sandbox_classroom_one, status="pending")
    await process_material(material.id, MOTION)
    assert {chunk.sandbox_id for chunk in chunks(material)} == {cast.sandbox_one.id}


async def test_it_keeps_the_warnings_of_the_extraction(
    material: Material, providers: Any, settings: Any
) -> None:
    settings.PDF_TEXT_PAGE_LIMIT = 1
    done = await process_material(material.id, MOTION)
    assert stored(material).metadata["warnings"] == list(done.warnings)
    assert "first 1 of 2 pages" in done.warnings[0]


async def test_it_embeds_in_batches_and_tells_how_far_it_is(
    material: Material, providers: Any
) -> None:
    told: list[tuple[int, int]] = []
    content = files.text_pdf(*(f"Fact number {n} of the long lecture." for n in range(40)))
    await process_material(material.id, content, lambda *counts: told.append(counts))
    assert told == [(BATCH_SIZE, 40), (40, 40)]
    assert [len(request.body["input"]) for request in providers.embedded] == [BATCH_SIZE, 8]


async def test_it_keeps_to_the_provider_of_the_first_batch(
    material: Material, providers: Any
) -> None:
    providers.openrouter.script_embeddings(steps.error(400))
    content = files.text_pdf(*(f"Fact number {n} of the long lecture." for n in range(40)))
    await process_material(material.id, content)
    assert {chunk.embedding_provider for chunk in chunks(material)} == {"openai"}


async def test_it_replaces_old_chunks_at_once(material: Material, providers: Any) -> None:
    await process_material(material.id, MOTION)
    old = {chunk.id for chunk in chunks(material)}

    def old_chunks_serve(_: Any) -> steps.Step:
        assert {chunk.id for chunk in chunks(material)} == old
        assert stored(material).status == "ready"
        return steps.Step("vectors")

    providers.script_embeddings(old_chunks_serve)
    await process_material(material.id, files.text_pdf("Force changes momentum."))
    (new,) = chunks(material)
    assert new.id not in old
    assert stored(material).extracted_text == "Force changes momentum."


async def test_it_is_processing_meanwhile(material: Material, providers: Any) -> None:
    seen: list[str] = []

    def look(_: Any) -> steps.Step:
        seen.append(stored(material).status)
        return steps.Step("vectors")

    providers.script_embeddings(look)
    await process_material(material.id, MOTION)
    assert seen == ["processing"]


@pytest.mark.parametrize(
    ("content", "failure", "words"),
    [
        (b"rubbish", errors.BrokenFile, "save it again"),
        (files.text_pdf(""), errors.NoText, "OCR"),
        (files.pdf([[(72, 72, 11, "x")]], encrypted=True), errors.EncryptedFile, "password"),
    ],
)
async def test_it_fails_a_file_that_cannot_be_read(
    material: Material,
    providers: Any,
    content: bytes,
    failure: type[errors.MaterialFailed],
    words: str,
) -> None:
    old = factories.chunk(material)
    with pytest.raises(failure):
        await process_material(material.id, content)
    row = stored(material)
    assert row.status == "failed"
    assert words in row.metadata["warnings"][0]
    assert row.metadata["own"] == 1
    assert [chunk.id for chunk in chunks(material)] == [old.id]
    assert providers.embedded == []


async def test_it_fails_an_unsupported_kind(cast: Cast, providers: Any) -> None:
    material = factories.material(
        cast.classroom, status="pending", mime_type="video/mp4", storage_path="a/film.mp4"
    )
    with pytest.raises(errors.UnsupportedKind):
        await process_material(material.id, MOTION)
    assert stored(material).status == "failed"


async def test_it_fails_without_an_embedding_provider(material: Material, providers: Any) -> None:
    providers.configure("openai", embedding_model="")
    with pytest.raises(errors.NoEmbeddingProvider):
        await process_material(material.id, MOTION)
    assert "operator" in stored(material).metadata["warnings"][0]


async def test_it_fails_on_vectors_of_the_wrong_dimension(
    material: Material, providers: Any
) -> None:
    providers.script_embeddings(steps.vectors([1.0, 0.0], [0.0, 1.0]))
    providers.configure("openai")
    with pytest.raises(errors.WrongDimension, match="2 numbers a text where 1536"):
        await process_material(material.id, MOTION)
    assert stored(material).status == "failed"
    assert chunks(material) == []


async def test_it_leaves_a_provider_failure_to_its_caller(
    material: Material, providers: Any
) -> None:
    old = factories.chunk(material)
    providers.configure("openai")
    providers.always_embeddings(steps.error(400))
    with pytest.raises(ProviderError):
        await process_material(material.id, MOTION)
    assert stored(material).status == "processing"
    assert [chunk.id for chunk in chunks(material)] == [old.id]


async def test_it_says_so_when_the_material_is_gone(material: Material, providers: Any) -> None:
    superuser().execute("DELETE FROM public.materials WHERE id = %s", [material.id])
    before = fingerprint()
    with pytest.raises(errors.MaterialGone):
        await process_material(material.id, MOTION)
    assert fingerprint() == before


async def test_it_stores_nothing_for_a_material_deleted_meanwhile(
    material: Material, providers: Any
) -> None:
    def delete(_: Any) -> steps.Step:
        superuser().execute("DELETE FROM public.materials WHERE id = %s", [material.id])
        return steps.Step("vectors")

    providers.script_embeddings(delete)
    with pytest.raises(errors.MaterialGone):
        await process_material(material.id, MOTION)
    assert chunks(material) == []


async def test_it_embeds_later_chunks_under_their_section_title(
    material: Material, providers: Any, settings: Any
) -> None:
    settings.CHUNK_TOKENS, settings.CHUNK_OVERLAP = 50, 10
    body = [(72.0, 700.0 - 14 * n, 11.0, f"Sentence {n} of the chapter.") for n in range(20)]
    await process_material(material.id, files.pdf([[(72.0, 760.0, 18.0, "Momentum"), *body]]))
    (request,) = providers.embedded
    assert len(request.body["input"]) == len(chunks(material)) > 2
    assert all("Momentum" in text for text in request.body["input"])


def test_it_does_not_repeat_a_title_that_is_there() -> None:
    from materials.chunking import chunk_segments
    from materials.extraction import Segment

    segment = Segment("page", 1, "Momentum", "Momentum\nMass times velocity.")
    (chunk,) = chunk_segments([segment], max_tokens=100, overlap_tokens=0)
    assert embedding_input(chunk) == segment.text


@pytest.mark.parametrize(("text", "score"), [("abc", 1.0), ("a\ufffd\ue000b", 0.5), (" \n", 0.0)])
def test_it_scores_how_well_text_came_out(text: str, score: float) -> None:
    assert quality_score(text) == score
