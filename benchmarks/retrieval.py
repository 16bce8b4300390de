"""How exact and how fast retrieval is among many classes.

    python -m benchmarks.retrieval [--classes 300] [--chunks 200] [--queries 200] [--large 5000]

Fills an embedded Postgres with random unit vectors and text, then asks each question in one
class: by the service's own retrieval, without the call that embeds the question, and by the
platform's `match_material_chunks`, which goes through the index over all classes. Recall counts
how many of the ten chunks that are truly nearest (by brute force here) come back. It asks before
words and vectors are indexed, as after another worker's ingestion, and after. Takes about four
minutes and 3 GB of disk, which it gives back.
"""

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from django.db import connection
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types import TypeInfo
from tqdm import tqdm

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.figures import Figure, figure, tell
from materials.index import pieces, rows
from materials.retrieval import assemble
from materials.search import QueryVector, embedding_provider, find_chunks, nearest, textual
from materials.terms import query_terms
from stemcore.database import read
from stemcore.fields import vector_literal
from tests import database, factories

Vectors = np.ndarray[Any, np.dtype[np.float32]]

DIMENSIONS = 1536
CHUNK_CHARS = 3_900
MATERIALS = 20
MODEL = "benchmark"
BATCH = 100
TOP = 10
SYLLABLES = ("ba", "ce", "di", "fo", "gly", "tro", "syn", "ase", "ion", "hyd", "oxi", "pho", "mo")


@dataclass(frozen=True)
class Room:
    """A class of the benchmark: its chunks' ids and, in the same order, their vectors."""

    class_id: UUID
    chunk_ids: list[UUID]
    vectors: Vectors

    def truly_nearest(self, vector: Vectors) -> list[UUID]:
        best = np.argsort(-(self.vectors @ vector), kind="stable")[:TOP]
        return [self.chunk_ids[index] for index in best]


@dataclass(frozen=True)
class Question:
    room: Room
    text: str
    vector: Vectors


class VectorDumper(Dumper):
    """Vectors in pgvector's binary form, since their text form would take minutes to load."""

    format = Format.BINARY

    def dump(self, obj: Vectors) -> bytes:
        header = np.array([len(obj), 0], dtype=">i2").tobytes()
        return header + obj.astype(">f4").tobytes()


# Data ------------------------------------------------------------------------------------------


def random_vectors(count: int, source: np.random.Generator) -> Vectors:
    vectors = source.standard_normal((count, DIMENSIONS), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


class Prose:
    """Text of made-up words, as unevenly frequent as those of a language."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        rare = ["".join(source.choices(SYLLABLES, k=source.randint(2, 4))) for _ in range(4_000)]
        self._words = ["the", "of", "and", "is", "energy", "in", "to", "a", *rare]
        self._weights = [1 / (rank + 3) for rank in range(len(self._words))]
        self._pages = [self._page() for _ in range(2_000)]

    def _page(self) -> str:
        words = self._source.choices(self._words, self._weights, k=CHUNK_CHARS // 5)
        return " ".join(words)[:CHUNK_CHARS]

    def page(self) -> str:
        return self._source.choice(self._pages)

    def question(self) -> str:
        return "What is " + " ".join(self._source.choices(self._words, self._weights, k=9)) + "?"


def fill(sizes: Sequence[int], prose: Prose) -> list[Room]:
    """One class for each size, and the platform's index as it would be on such a table."""
    superuser = database.superuser()
    vector = TypeInfo.fetch(superuser, "extensions.vector")
    assert vector is not None
    VectorDumper.oid = vector.oid
    vector.register(superuser)
    superuser.adapters.register_dumper(np.ndarray, VectorDumper)
    superuser.execute("DROP INDEX IF EXISTS public.material_chunks_embedding_idx")
    owner = factories.user("teacher", "Bench")
    source = np.random.default_rng(1)
    rooms = [add_room(owner, size, prose, source) for size in tqdm(sizes, desc="classes")]
    print("indexing …", flush=True)
    superuser.execute("SET maintenance_work_mem = '512MB'")
    superuser.execute(
        "CREATE INDEX ON public.material_chunks USING ivfflat "
        "(embedding extensions.vector_cosine_ops) WITH (lists = 100)"
    )
    superuser.execute("VACUUM ANALYZE public.material_chunks")
    return rooms


def add_room(owner: Any, size: int, prose: Prose, source: np.random.Generator) -> Room:
    classroom = factories.classroom(owner)
    materials = [factories.material(classroom).id for _ in range(MATERIALS)]
    room = Room(classroom.id, [uuid4() for _ in range(size)], random_vectors(size, source))
    cursor = database.superuser().cursor()
    columns = "id, material_id, class_id, source_type, source_index, text, token_count, embedding"
    columns += ", embedding_provider, embedding_model"
    statement = f"COPY public.material_chunks ({columns}) FROM STDIN (FORMAT BINARY)"
    with cursor.copy(statement.encode()) as copy:
        types = "uuid uuid uuid text int4 text int4 vector text text"
        copy.set_types(types.split())
        for index, chunk_id in enumerate(room.chunk_ids):
            where = (chunk_id, materials[index % MATERIALS], classroom.id, "page", index)
            copy.write_row(
                (*where, prose.page(), CHUNK_CHARS // 4, room.vectors[index], MODEL, MODEL)
            )
    return room


# Measuring -------------------------------------------------------------------------------------


def index(rooms: Sequence[Room]) -> None:
    """Indexes classes; the prose's few pages are cut into pieces once."""
    rows.pieces_of = lru_cache(maxsize=None)(pieces.pieces_of)
    chunks = sum(len(room.chunk_ids) for room in rooms)
    with tqdm(total=chunks, desc="indexing") as progress:
        for room in rooms:
            for first in range(0, len(room.chunk_ids), BATCH):
                batch = room.chunk_ids[first : first + BATCH]
                rows.repair.sync(room.class_id, batch)
                progress.update(len(batch))
    superuser = database.superuser()
    superuser.execute("VACUUM ANALYZE stem.chunk_words, stem.chunk_vectors")
    (size,) = superuser.execute(
        "SELECT pg_total_relation_size('stem.chunk_words') / count(*) AS words,"
        " pg_total_relation_size('stem.chunk_vectors') / count(*) AS vector,"
        " avg(cardinality(pieces))::int AS pieces FROM stem.chunk_words"
    )
    print(
        f"a chunk's {size['pieces']} pieces of words take {size['words']} bytes,"
        f" the copy of its vector {size['vector']}",
        flush=True,
    )


async def by_service(question: Question) -> list[UUID]:
    """What `material_context` does but for embedding the question, and one thing after another:
    the service searches by words while it waits for the embedding."""
    class_id = question.room.class_id
    await embedding_provider(class_id)
    vector = QueryVector(tuple(question.vector.tolist()), MODEL)
    words = await textual(class_id, query_terms(question.text))
    found = await find_chunks(class_id, words, vector)
    assemble(found)
    return [chunk.chunk_id for chunk in found]


async def nearest_ten(question: Question, *, copied: bool = True) -> list[UUID]:
    vector = QueryVector(tuple(question.vector.tolist()), MODEL)
    hits = await nearest(question.room.class_id, vector, copied=copied)
    return [hit.chunk_id for hit in hits[:TOP]]


async def by_words(question: Question) -> list[UUID]:
    words = await textual(question.room.class_id, query_terms(question.text))
    return [hit.chunk_id for hit in words.hits]


@read
def by_platform(question: Question) -> list[UUID]:
    values = (question.room.class_id, vector_literal(question.vector.tolist()), 24)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM match_material_chunks(%s, %s::vector, %s)", values)
        return [row[0] for row in cursor.fetchall()]


@dataclass
class Row:
    """What was measured of one way to search."""

    name: str
    aim_ms: float | None
    recalls: list[float]
    times_ms: list[float]

    def figures(self) -> list[Figure]:
        """Its times, and its recall where it looks for what is near."""
        times = figure(self.name, "ms", self.times_ms, self.aim_ms)
        if "words" in self.name:
            return [times]
        recall = statistics.mean(self.recalls)
        aim = None if self.name.startswith("match_") else 0.999
        return [times, figure(f"{self.name}: recall@10", "", recall, aim, at_least=True)]


async def measure(
    name: str,
    questions: Sequence[Question],
    ask: Callable[[Question], Awaitable[list[UUID]]],
    aim_ms: float | None = None,
) -> Row:
    row = Row(name, aim_ms, [], [])
    await ask(questions[0])
    for question in tqdm(questions, desc=name):
        start = time.perf_counter()
        answer = await ask(question)
        row.times_ms.append((time.perf_counter() - start) * 1000)
        truth = question.room.truly_nearest(question.vector)
        row.recalls.append(len(set(truth) & set(answer)) / len(truth))
    return row


async def measure_reading(small: Sequence[Question], large: Sequence[Question]) -> list[Row]:
    """Before anything is indexed."""
    nearest_uncopied = partial(nearest_ten, copied=False)
    lines = [
        await measure("by words alone, not indexed", small, by_words),
        await measure("nearest chunks, not indexed", small, nearest_uncopied),
    ]
    if large:
        lines += [
            await measure("by words alone, not indexed, large class", large, by_words),
            await measure("nearest chunks, not indexed, large class", large, nearest_uncopied),
        ]
    return lines


async def measure_all(small: Sequence[Question], large: Sequence[Question]) -> list[Row]:
    lines = [
        await measure("by words alone", small, by_words),
        await measure("nearest chunks, the first ten", small, nearest_ten),
        await measure("whole retrieval, 24 candidates", small, by_service, 12),
        await measure("match_material_chunks, 24", small, by_platform),
    ]
    if large:
        lines += [
            await measure("by words alone, large class", large, by_words),
            await measure("nearest chunks, large class", large, nearest_ten),
            await measure("whole retrieval, large class", large, by_service, 70),
        ]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description="Exactness and speed of retrieval.")
    parser.add_argument("--classes", type=int, default=300)
    parser.add_argument("--chunks", type=int, default=200)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--large", type=int, default=5_000, help="chunks of one large class, or 0")
    options = parser.parse_args()
    prose = Prose(random.Random(1))
    sizes = [options.chunks] * options.classes + [options.large] * bool(options.large)
    with (
        TemporaryDirectory() as folder,
        database.test_server(Path(folder) / "database") as server,
        database.django_database(server, "benchmark"),
    ):
        rooms = fill(sizes, prose)
        small = asked(rooms[: options.classes], options.queries, prose)
        large = asked(rooms[options.classes :], 20, prose) if options.large else []
        lines = asyncio.run(measure_reading(small, large))
        index(list({room.class_id: room for room in (q.room for q in (*small, *large))}.values()))
        lines += asyncio.run(measure_all(small, large))
    command = (
        f"python -m benchmarks.retrieval --classes {options.classes} --chunks {options.chunks}"
        f" --queries {options.queries} --large {options.large}"
    )
    tell("retrieval", command, [one for line in lines for one in line.figures()])


def asked(rooms: Sequence[Room], count: int, prose: Prose) -> list[Question]:
    vectors = random_vectors(count, np.random.default_rng(2))
    source = random.Random(3)
    return [Question(source.choice(rooms), prose.question(), vector) for vector in vectors]


if __name__ == "__main__":
    main()
