"""The chunks that both halves together find, and who embedded them."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from materials.search.hits import CHUNKS_BY_ID, fuse, rows
from materials.search.vectors import QueryVector, nearest
from materials.search.words import ByWords
from stemcore.database import LONG, read


@dataclass(frozen=True)
class FoundChunk:
    """A chunk as retrieval hands it on."""

    chunk_id: UUID
    material_title: str
    source_type: str
    source_index: int
    text: str


_FOUND: Final = f"""
select c.id, m.title, c.source_type, c.source_index, c.text
from {CHUNKS_BY_ID} join materials m on m.id = c.material_id
where c.class_id = %(class_id)s
"""

EMBEDDING_PROVIDER: Final = """
select coalesce(c.embedding_provider, '') as name
from materials m
cross join lateral (
    select embedding_provider from material_chunks where material_id = m.id limit 1
) c
where m.class_id = %(class_id)s and m.status = 'ready'
group by 1 order by count(*) desc, 1 limit 1
"""
"""What `embedding_provider` asks, for statements that ask for more."""


@read
def embedding_provider(class_id: UUID) -> str | None:
    """The provider that embedded most of a class's ready materials; "" when it is not stored.

    One chunk speaks for its material, whose chunks are embedded together. None when the class has
    no ready material with chunks.
    """
    found = rows(EMBEDDING_PROVIDER, class_id, {})
    return found[0][0] if found else None


@read(lane=LONG)
def find_chunks(class_id: UUID, by_words: ByWords, vector: QueryVector | None) -> list[FoundChunk]:
    """The class's best chunks, best first: those found by words joined with the nearest ones."""
    copied = not by_words.not_indexed
    by_meaning = nearest.sync(class_id, vector, copied=copied) if vector else []
    hits = fuse([by_meaning, by_words.hits])
    ids = [hit.chunk_id for hit in hits]
    found = {row[0]: FoundChunk(*row) for row in rows(_FOUND, class_id, {"ids": ids})}
    # A chunk can be replaced between two statements; then it is simply no candidate.
    return [found[chunk_id] for chunk_id in ids if chunk_id in found]
