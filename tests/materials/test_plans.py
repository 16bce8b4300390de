"""How many rows the search looks at, whatever the database knew when it was planned."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection

from classes.models import Classroom
from materials.index.keys import secret
from materials.index.rows import index_chunks
from materials.search import ByWords, Hit, find_chunks, textual
from materials.terms import query_terms
from stemcore.database import write
from tests import factories
from tests.cast import Cast
from tests.database import Superuser

SMALL, LARGE = 1_000, 4_000
QUESTION = """Does rotenone stop electrons before ubiquinone, oligomycin block protons, cyanide
bind haem, antimycin hold cytochromes, dinitrophenol carry charges across the inner membrane?"""
FILL = """
insert into classes (owner_id, title, join_code)
select '{owner}', 'small', 'S' || n from generate_series(1, {SMALL}) n;

insert into materials (class_id, title, storage_path, status)
select id, 'Notes', 'notes.pdf', 'ready' from classes;

insert into material_chunks (material_id, class_id, source_type, source_index, text, token_count)
select m.id, m.class_id, 'page', n, 'Chlorophyll absorbs light.', 7
from materials m
cross join lateral generate_series(1, case m.class_id when '{large}' then {LARGE} else 1 end) n;

insert into stem.chunk_words (chunk_id, class_id, key_id, version, pieces)
select id, class_id, {key}, xmin::text::bigint, array[source_index, -source_index]
from material_chunks;

analyze classes, materials, material_chunks
"""


@pytest.fixture
def large(database: Superuser, cast: Cast) -> Classroom:
    """A class of many chunks among many classes of one."""
    values = {"owner": cast.teacher.id, "large": cast.classroom.id, "key": secret().id}
    for statement in FILL.format(SMALL=SMALL, LARGE=LARGE, **values).split(";"):
        database.execute(statement.encode())
    return cast.classroom


def visited(table: str) -> int:
    """How many of its rows the transaction has looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)"
            " FROM pg_stat_xact_user_tables WHERE relname = %s",
            [table],
        )
        rows: int = cursor.fetchone()[0]
    return rows


@write
def looked_at(table: str, work: Callable[[], object]) -> int:
    before = visited(table)
    assert work()
    return visited(table) - before


async def test_chunks_are_looked_up_by_a_plan_for_small_classes(
    database: Superuser, large: Classroom
) -> None:
    def found(class_id: UUID) -> Callable[[], object]:
        rows = database.execute(
            "SELECT id, material_id FROM material_chunks WHERE class_id = %s LIMIT 5", [class_id]
        )
        hits = ByWords(tuple(Hit(row["id"], row["material_id"]) for row in rows))
        return lambda: find_chunks.sync(class_id, hits, None)

    smalls = database.execute("SELECT id FROM classes WHERE title = 'small' LIMIT 40").fetchall()
    for row in smalls:
        await looked_at("material_chunks", found(row["id"]))
    for _ in range(8):  # on whatever connection
        assert await looked_at("material_chunks", found(large.id)) < LARGE / 10


async def test_words_are_looked_up_in_an_index_without_statistics(
    database: Superuser, cast: Cast, large: Classroom
) -> None:
    """As after an upgrade of the server."""
    asked = cast.other_classroom
    chunk = factories.chunk(factories.material(asked), QUESTION)
    await write(index_chunks)(asked.id, [chunk.id])
    database.execute("DELETE FROM pg_statistic WHERE starelid = 'stem.chunk_words'::regclass")

    def found() -> object:
        return textual.sync(asked.id, query_terms(QUESTION)).hits

    assert await looked_at("chunk_words", found) < LARGE / 10
