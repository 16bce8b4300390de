"""The copies of vectors: what is nearest by them, and that it stays so beside others who write."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import sqrt
from operator import mul
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import ForeignKeyViolation

from classes.models import Classroom
from materials.index import rows
from materials.index.repair import repair_class
from materials.index.rows import index_chunks, missing_rows
from materials.index.sweep import sweep
from materials.models import COLUMN_DIMENSIONS, Material
from materials.search import QueryVector, find_chunks, nearest, textual
from materials.terms import query_terms
from stemcore.database import write
from stemcore.fields import vector_literal
from tests import factories
from tests.cast import Cast
from tests.database import Superuser

MODEL = "stub-embedding"
Vector = list[float]

index = write(index_chunks)


def copies(database: Superuser) -> dict[UUID, dict[str, Any]]:
    """The copies by their chunks' ids."""
    found = database.execute("SELECT * FROM stem.chunk_vectors").fetchall()
    return {row["chunk_id"]: row for row in found}


def axis(number: int) -> Vector:
    return [1.0 if n == number else 0.0 for n in range(COLUMN_DIMENSIONS)]


def near(share: float) -> Vector:
    """A direction between the first two axes, nearer to the first the larger the share."""
    return [share, 1 - share, *[0.0] * (COLUMN_DIMENSIONS - 2)]


ASKED = QueryVector(tuple(axis(0)), MODEL)


async def ask(classroom: Classroom, vector: QueryVector = ASKED) -> list[UUID]:
    """As retrieval does, with a question without words."""
    by_words = await textual(classroom.id, query_terms("?"))
    return [chunk.chunk_id for chunk in await find_chunks(classroom.id, by_words, vector)]


async def by_copies(classroom: Classroom, vector: QueryVector = ASKED) -> list[UUID]:
    return [hit.chunk_id for hit in await nearest(classroom.id, vector, copied=True)]


async def by_chunks(classroom: Classroom, vector: QueryVector = ASKED) -> list[UUID]:
    return [hit.chunk_id for hit in await nearest(classroom.id, vector, copied=False)]


def chunk(of: Material, share: float, **values: Any) -> UUID:
    made: UUID = factories.chunk(of, **{"embedding": near(share), **values}).id
    return made


# What is nearest -------------------------------------------------------------------------------


def scattered(source: random.Random) -> Iterator[Vector]:
    while True:
        yield [source.gauss(0, 1) for _ in range(COLUMN_DIMENSIONS)]


def clustered(source: random.Random) -> Iterator[Vector]:
    centres = [next(scattered(source)) for _ in range(4)]
    while True:
        yield [number + source.gauss(0, 0.2) for number in source.choice(centres)]


def nearly_the_same(source: random.Random) -> Iterator[Vector]:
    one = next(scattered(source))
    while True:
        yield [number + source.gauss(0, 1e-5) for number in one]


def short(source: random.Random) -> Iterator[Vector]:
    rest = [0.0] * (COLUMN_DIMENSIONS - 8)
    while True:
        yield [source.gauss(0, 1) for _ in range(8)] + rest


def equal(source: random.Random) -> Iterator[Vector]:
    few = [next(scattered(source)) for _ in range(3)]
    while True:
        yield source.choice(few)


def held_out(source: random.Random) -> Iterator[Vector]:
    """Long and short ones of one sign, some of them opposite."""
    while True:
        length, sign = source.lognormvariate(0, 2), source.choice((1, 1, 1, -1))
        yield [sign * length * source.expovariate(1) for _ in range(COLUMN_DIMENSIONS)]


SHAPES = [scattered, clustered, nearly_the_same, short, equal, held_out]


@pytest.mark.parametrize("shape", SHAPES)
async def test_it_finds_what_is_nearest_in_sets_of_every_shape(
    cast: Cast, shape: Callable[[random.Random], Iterator[Vector]]
) -> None:
    source = random.Random(f"shape {shape.__name__}")
    vectors = shape(source)
    materials = [factories.material(cast.classroom) for _ in range(6)]
    stored: dict[UUID, tuple[UUID, Vector]] = {}
    for number in range(90):
        material = materials[source.choice((0, number % 6))]  # half of all are of one material
        vector = next(vectors)
        stored[chunk(material, 0, embedding=vector)] = (material.id, vector)
    await repair_class(cast.classroom.id)
    for _ in range(3):
        asked = QueryVector(tuple(next(vectors)), MODEL)
        found = await by_copies(cast.classroom, asked)
        assert found == await by_chunks(cast.classroom, asked)
        assert found == await ask(cast.classroom, asked)
        nearness = [cosine(asked.numbers, stored[chunk_id][1]) for chunk_id in found]
        assert nearness == pytest.approx(nearest_by_hand(asked.numbers, stored), abs=1e-6)


def nearest_by_hand(
    asked: Sequence[float], stored: Mapping[UUID, tuple[UUID, Vector]]
) -> list[float]:
    """How near the 24 nearest are, of which six may be of one material."""
    by_material: dict[UUID, list[float]] = {}
    for material_id, vector in stored.values():
        by_material.setdefault(material_id, []).append(cosine(asked, vector))
    best = [one for each in by_material.values() for one in sorted(each, reverse=True)[:6]]
    return sorted(best, reverse=True)[:24]


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return dot(one, other) / sqrt(dot(one, one) * dot(other, other))


def dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(map(mul, one, other))


async def test_it_measures_the_copies(cast: Cast, database: Superuser) -> None:
    material = factories.material(cast.classroom)
    far, close = chunk(material, 0.1), chunk(material, 0.9)
    await repair_class(cast.classroom.id)
    assert await by_copies(cast.classroom) == [close, far]
    database.execute(
        "UPDATE stem.chunk_vectors SET embedding = %s WHERE chunk_id = %s",
        [vector_literal(axis(0)), far],
    )
    assert await by_copies(cast.classroom) == await ask(cast.classroom) == [far, close]


async def test_it_leaves_other_models_out(cast: Cast) -> None:
    material = factories.material(cast.classroom)
    chunk(material, 1.0, embedding_model="other-model")
    unknown = chunk(material, 0.5, embedding_model=None)
    elsewhere = chunk(material, 0.8, embedding_model=f"openai/{MODEL}")
    chunk(material, 1.0, embedding=None)
    await repair_class(cast.classroom.id)
    assert await by_copies(cast.classroom) == [elsewhere, unknown]
    assert await ask(cast.classroom) == [elsewhere, unknown]
    other = QueryVector(tuple(axis(0)), "provider/other-model")
    assert len(await by_copies(cast.classroom, other)) == 2


# Beside others ---------------------------------------------------------------------------------


async def test_it_finds_what_has_no_copy_yet(cast: Cast) -> None:
    material = factories.material(cast.classroom)
    first = chunk(material, 0.5)
    await repair_class(cast.classroom.id)
    second = chunk(material, 0.9)
    assert await ask(cast.classroom) == [second, first]
    await repair_class(cast.classroom.id)
    assert await by_copies(cast.classroom) == await ask(cast.classroom) == [second, first]


async def test_it_does_not_believe_a_copy_of_what_was_embedded_anew(
    cast: Cast, database: Superuser
) -> None:
    material = factories.material(cast.classroom)
    one, two = chunk(material, 0.9), chunk(material, 0.5)
    await repair_class(cast.classroom.id)
    database.execute(
        "UPDATE public.material_chunks SET embedding = %s WHERE id = %s",
        [vector_literal(near(0.1)), one],
    )
    assert await by_copies(cast.classroom) == [two, one]
    assert await ask(cast.classroom) == [two, one]
    await repair_class(cast.classroom.id)
    assert await ask(cast.classroom) == [two, one]
    assert copies(database)[one]["embedding"].startswith("[0.1,0.9,0,")


async def test_it_keeps_no_copy_of_a_vector_that_was_taken_away(
    cast: Cast, database: Superuser
) -> None:
    material = factories.material(cast.classroom)
    one, two = chunk(material, 0.9), chunk(material, 0.5)
    await repair_class(cast.classroom.id)
    database.execute("UPDATE public.material_chunks SET embedding = NULL WHERE id = %s", [one])
    assert await ask(cast.classroom) == [two]
    await repair_class(cast.classroom.id)
    assert await missing_rows(cast.classroom.id) == []
    assert await by_copies(cast.classroom) == [two]
    assert set(copies(database)) == {two}


async def test_it_gives_no_place_to_chunks_that_are_gone(cast: Cast, database: Superuser) -> None:
    gone = factories.material(cast.classroom)
    for _ in range(30):
        chunk(gone, 1.0)
    left = [chunk(factories.material(cast.classroom), 0.5 - n / 100) for n in range(30)]
    await repair_class(cast.classroom.id)
    database.execute("DELETE FROM public.material_chunks WHERE material_id = %s", [gone.id])
    assert await by_copies(cast.classroom) == left[:24]
    assert await ask(cast.classroom) == left[:24]


async def test_it_follows_a_chunk_into_another_class(cast: Cast, database: Superuser) -> None:
    other = factories.material(cast.other_classroom)
    moved = chunk(factories.material(cast.classroom), 0.9)
    await repair_class(cast.classroom.id)
    database.execute(
        "UPDATE public.material_chunks SET class_id = %s, material_id = %s WHERE id = %s",
        [cast.other_classroom.id, other.id, moved],
    )
    assert await by_copies(cast.classroom) == await ask(cast.classroom) == []
    assert await ask(cast.other_classroom) == [moved]
    await repair_class(cast.other_classroom.id)
    assert await by_copies(cast.other_classroom) == [moved]
    assert await by_copies(cast.classroom) == []


@pytest.mark.parametrize("status", ["pending", "processing", "failed"])
async def test_it_measures_only_materials_that_are_ready(
    cast: Cast, database: Superuser, status: str
) -> None:
    chunk(factories.material(cast.classroom), 0.9)
    await repair_class(cast.classroom.id)
    database.execute("UPDATE public.materials SET status = %s", [status])
    assert await by_copies(cast.classroom) == await ask(cast.classroom) == []


async def test_it_takes_no_row_of_an_older_release_for_a_copy(
    cast: Cast, database: Superuser
) -> None:
    """Processes of both run side by side while a release goes out."""
    one = chunk(factories.material(cast.classroom), 0.9)
    await repair_class(cast.classroom.id)
    database.execute("DELETE FROM stem.chunk_vectors")
    database.execute("UPDATE stem.chunk_words SET key_id = key_id + 1")
    assert await ask(cast.classroom) == [one]
    await repair_class(cast.classroom.id)
    assert set(copies(database)) == {one}


async def test_a_chunk_that_changes_while_it_is_indexed_counts_as_missing(
    cast: Cast, database: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = chunk(factories.material(cast.classroom), 0.9)

    def meanwhile(text: str) -> set[str]:
        database.execute(
            "UPDATE public.material_chunks SET embedding = %s", [vector_literal(near(0.1))]
        )
        return {text}

    monkeypatch.setattr(rows, "pieces_of", meanwhile)
    await index(cast.classroom.id, [one])
    assert await missing_rows(cast.classroom.id) == [one]


async def test_copies_go_with_their_chunks(cast: Cast, database: Superuser) -> None:
    material = factories.material(cast.classroom)
    ids = [chunk(material, 0.5) for _ in range(4)]
    await repair_class(cast.classroom.id)
    assert set(copies(database)) == set(ids)
    database.execute("DELETE FROM public.material_chunks WHERE id = %s", [ids[0]])
    assert await sweep() == 1
    assert set(copies(database)) == set(ids[1:])
    database.execute("DELETE FROM public.materials")
    await sweep()
    assert copies(database) == {}


def test_there_is_no_copy_without_its_words(cast: Cast, database: Superuser) -> None:
    one = chunk(factories.material(cast.classroom), 0.5)
    with pytest.raises(ForeignKeyViolation):
        database.execute(
            "INSERT INTO stem.chunk_vectors SELECT id, material_id, 1, NULL, embedding"
            " FROM public.material_chunks WHERE id = %s",
            [one],
        )


async def test_a_copy_is_stored_whole_in_its_row(cast: Cast, database: Superuser) -> None:
    (found,) = database.execute(
        "SELECT attstorage FROM pg_attribute"
        " WHERE attrelid = 'stem.chunk_vectors'::regclass AND attname = 'embedding'"
    )
    assert found["attstorage"] in ("p", b"p")
