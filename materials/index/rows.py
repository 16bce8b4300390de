"""The index's rows: made, made again where they are missing, and swept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from materials.index.keys import PieceHashes, secret
from materials.index.pieces import MAX_CHARS, pieces_of
from stemcore.database import LONG, read, write

BATCH: Final = 16
"""Chunks of one unit of repair: about a tenth of a second."""

SWEPT: Final = 5_000
"""Rows that one step of a sweep looks at."""

# A chunk's version is `xmin`, the transaction that wrote its row: it changes with every change of
# the chunk, and with a restore, which makes the row of the index count as missing.
_MISSING = """
select c.id
from material_chunks c
join materials m on m.id = c.material_id and m.class_id = c.class_id and m.status = 'ready'
where c.class_id = %(class_id)s and not exists (
    select from chunk_words w
    where w.chunk_id = c.id and w.class_id = c.class_id
      and w.version = c.xmin::text::bigint and w.key_id = %(key_id)s)
order by c.id
"""

_TEXTS = """
select c.id, c.xmin::text::bigint, left(c.text, %(chars)s)
from material_chunks c
where c.class_id = %(class_id)s and c.id = any(%(ids)s::uuid[]) order by c.id
"""

# In the order of their ids, so that two processes that write the same rows wait for each other
# instead of locking each other out.
_STORE = """
insert into chunk_words (chunk_id, class_id, key_id, version, pieces)
values (%s, %s, %s, %s, %s)
on conflict (chunk_id) do update set class_id = excluded.class_id, key_id = excluded.key_id,
    version = excluded.version, pieces = excluded.pieces
"""

_FORGET_VECTORS = "delete from chunk_vectors where chunk_id = any(%(ids)s::uuid[])"

# Read after the texts: where the words are of a chunk as it is, so is the vector.
_COPY_VECTORS = """
insert into chunk_vectors (chunk_id, material_id, version, embedding_model, embedding)
select c.id, c.material_id, c.xmin::text::bigint, c.embedding_model, c.embedding
from material_chunks c
where c.class_id = %(class_id)s and c.id = any(%(ids)s::uuid[]) and c.embedding is not null
"""

_SWEEP = """
with looked_at as (
    select chunk_id from chunk_words where chunk_id > %(after)s order by chunk_id limit %(count)s
), orphans as (
    delete from chunk_words w using looked_at l
    where w.chunk_id = l.chunk_id
      and not exists (select from material_chunks c where c.id = l.chunk_id)
    returning 1
)
select (select count(*) from orphans),
       (select chunk_id from looked_at order by chunk_id offset %(count)s - 1)
"""

NOWHERE: Final = UUID(int=0)


@dataclass(frozen=True)
class Swept:
    """How many rows a step removed, and after which id the next one goes on; None at the end."""

    removed: int
    next_after: UUID | None


@read(lane=LONG)
def missing_rows(class_id: UUID) -> list[UUID]:
    """The chunks of a class's ready materials that have no valid row."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, {"class_id": str(class_id), "key_id": secret().id})
        return [row[0] for row in cursor.fetchall()]


@write(lane=LONG)
def repair(class_id: UUID, chunk_ids: Sequence[UUID]) -> bool:
    """Makes the rows of chunks of a class; false when another process does this for the class."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_try_advisory_xact_lock(hashtext('chunk_words'), hashtext(%s))",
            [str(class_id)],
        )
        if not cursor.fetchone()[0]:
            return False
    index_chunks(class_id, chunk_ids)
    return True


def index_chunks(class_id: UUID, chunk_ids: Sequence[UUID]) -> None:
    """Makes the rows of chunks of a class, within the transaction of who calls."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "class_id": str(class_id),
            "ids": list(chunk_ids),
            "chars": MAX_CHARS,
        }
        cursor.execute(_TEXTS, values)
        hashes, key_id = PieceHashes(class_id), secret().id
        rows = [
            (chunk_id, class_id, key_id, version, hashes.of(pieces_of(text)))
            for chunk_id, version, text in cursor.fetchall()
        ]
        cursor.executemany(_STORE, rows)
        values["ids"] = [chunk_id for chunk_id, *_ in rows]
        cursor.execute(_FORGET_VECTORS, values)
        cursor.execute(_COPY_VECTORS, values)


def forget_material(material_id: UUID) -> None:
    """Removes the rows of a material's chunks, before these go."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from chunk_words w using material_chunks c"
            " where c.material_id = %s and w.chunk_id = c.id",
            [material_id],
        )


@write(lane=LONG)
def sweep_some(after: UUID) -> Swept:
    """Removes the rows without a chunk among the next ones after an id."""
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP, {"after": str(after), "count": SWEPT})
        return Swept(*cursor.fetchone())
