"""By meaning: the chunks of a class whose embeddings are nearest to a question's."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from materials.search.hits import Hit, rows
from stemcore.database import LONG, read
from stemcore.fields import vector_literal


@dataclass(frozen=True)
class QueryVector:
    """The embedding of a question and the model that made it."""

    numbers: tuple[float, ...]
    model: str


# A model is known by the last part of its name: "openai/x" of one provider is "x" of another.
_OF_MODEL: Final = """
(embedding_model is null or embedding_model = %(model)s
 or right(embedding_model, length(%(model)s) + 1) = '/' || %(model)s)
"""

# What takes long in the platform's rows is fetching vectors, stored apart and in pieces, so the
# copies are measured instead (`ChunkVector`). Only those found are looked up there.
_IN_COPIES: Final = f"""
with found as (
    select v.chunk_id, m.id as material_id, v.version, v.distance
    from materials m
    cross join lateral (
        select chunk_id, version, embedding <=> %(vector)s::vector as distance
        from chunk_vectors where material_id = m.id and {_OF_MODEL}
        order by distance, chunk_id limit %(per_material)s
    ) v
    where m.class_id = %(class_id)s and m.status = 'ready'
    order by v.distance, v.chunk_id limit %(count)s
)
select f.chunk_id, f.material_id, c.id is not null as valid
from found f
left join material_chunks c on c.id = f.chunk_id and c.xmin::text::bigint = f.version
    and c.material_id = f.material_id and c.class_id = %(class_id)s
order by f.distance, f.chunk_id
"""

# The class's rows come first (`materialized`), so this does not depend on how many other classes
# there are.
_IN_CHUNKS: Final = f"""
with measured as materialized (
    select id, material_id, embedding <=> %(vector)s::vector as distance
    from material_chunks
    where class_id = %(class_id)s and embedding is not null and {_OF_MODEL}
      and material_id = any(array(
          select id from materials where class_id = %(class_id)s and status = 'ready'))
), ranked as (
    select *, row_number() over (partition by material_id order by distance, id) as place
    from measured
)
select id, material_id from ranked
where place <= %(per_material)s
order by distance, id
limit %(count)s
"""


@read(lane=LONG)
def nearest(class_id: UUID, vector: QueryVector, *, copied: bool) -> list[Hit]:
    """The chunks of a class that are truly nearest by cosine distance, nearest first.

    `copied` says that every chunk has a copy of its vector, as is the case when a search by words
    found all of them indexed. Chunks embedded by another model are left out: their distances mean
    nothing. Within the bounds of `hits.bounded`.
    """
    values = {
        "vector": vector_literal(vector.numbers),
        "model": vector.model.rpartition("/")[2],
    }
    if copied:
        found = rows(_IN_COPIES, class_id, values)
        # Copies of what is gone or has changed can only have taken places: where none is among
        # the nearest, nothing nearer is missing.
        if all(valid for *_, valid in found):
            return [Hit(chunk, material) for chunk, material, _ in found]
    return [Hit(*row) for row in rows(_IN_CHUNKS, class_id, values)]
