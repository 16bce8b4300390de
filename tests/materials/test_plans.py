"""The search in a large class, on a connection that has planned it for small ones."""

from uuid import UUID

from django.db import connection

from materials.search import ByWords, Hit, find_chunks
from stemcore.database import write
from tests.cast import Cast
from tests.database import Superuser

SMALL, LARGE = 1_000, 4_000
FILL = (
    """
    insert into classes (owner_id, title, join_code)
    select %(owner)s, 'small', 'S' || n from generate_series(1, %(small)s) n
    """,
    """
    insert into materials (class_id, title, storage_path, status)
    select id, 'Notes', 'notes.pdf', 'ready' from classes
    """,
    """
    insert into material_chunks (
        material_id, class_id, source_type, source_index, text, token_count
    )
    select m.id, m.class_id, 'page', n, 'Chlorophyll absorbs light.', 7
    from materials m
    cross join lateral generate_series(
        1, case m.class_id when %(large_class)s then %(large)s else 1 end
    ) n
    """,
    "analyze classes, materials, material_chunks",
)
VISITED = """
    SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
    FROM pg_stat_xact_user_tables WHERE relname = 'material_chunks'
"""


def visited() -> int:
    """How many rows of chunks the transaction has looked at."""
    with connection.cursor() as cursor:
        cursor.execute(VISITED)
        rows: int = cursor.fetchone()[0]
    return rows


@write
def found(class_id: UUID, hits: ByWords) -> tuple[int, int]:
    """How many chunks the hits lead to, and how many were looked at for that."""
    before = visited()
    return len(find_chunks.sync(class_id, hits, None)), visited() - before


async def test_a_plan_for_small_classes_serves_a_large_one(database: Superuser, cast: Cast) -> None:
    large = cast.classroom.id
    for statement in FILL:
        values = {"owner": cast.teacher.id, "small": SMALL, "large": LARGE, "large_class": large}
        used = values if "%(" in statement else None
        database.execute(statement.encode(), used)

    def hits(class_id: UUID, most: int) -> ByWords:
        rows = database.execute(
            "SELECT id, material_id FROM material_chunks WHERE class_id = %s LIMIT %s",
            [class_id, most],
        )
        return ByWords(tuple(Hit(row["id"], row["material_id"]) for row in rows))

    smalls = database.execute("SELECT id FROM classes WHERE title = 'small' LIMIT 40").fetchall()
    for row in smalls:
        await found(row["id"], hits(row["id"], 1))
    for _ in range(8):  # on whatever connection
        chunks, looked_at = await found(large, hits(large, 5))
        assert chunks == 5
        assert looked_at < LARGE / 10
