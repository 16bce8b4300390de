"""The two halves of retrieval, each over the rows of one class, and how they are joined.

Both read the class's own rows first (`materialized`), so neither depends on how many other
classes there are. The approximate index over all classes' embeddings must not serve here: it
looks at a few lists of its own and, among many classes, misses most of this one's neighbours.
Only chunks of materials that are ready count.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from materials.models import MaterialChunk
from materials.terms import Term
from stemcore.database import LONG, read
from stemcore.fields import vector_literal

MAX_CANDIDATES: Final = 24
MAX_PER_MATERIAL: Final = 6

RANK_CONSTANT: Final = 60
"""k of reciprocal rank fusion, as in Cormack, Clarke and Büttcher, SIGIR 2009."""


@dataclass(frozen=True)
class QueryVector:
    """The embedding of a question and the model that made it."""

    numbers: tuple[float, ...]
    model: str


@dataclass(frozen=True)
class Hit:
    """A chunk that one half of the search found."""

    chunk_id: UUID
    material_id: UUID


@dataclass(frozen=True)
class FoundChunk:
    """A chunk as retrieval hands it on."""

    chunk_id: UUID
    material_title: str
    source_type: str
    source_index: int
    text: str


# A model is known by the last part of its name: "openai/x" of one provider is "x" of another.
_NEAREST = """
with own as materialized (
    select c.id, c.material_id, c.embedding
    from material_chunks c
    join materials m on m.id = c.material_id and m.class_id = c.class_id and m.status = 'ready'
    where c.class_id = %(class_id)s
      and c.embedding is not null
      and (c.embedding_model is null
           or substring(c.embedding_model from '[^/]*$') = %(model)s)
), measured as (
    select id, material_id, embedding <=> %(vector)s::vector as distance from own
), ranked as (
    select *, row_number() over (partition by material_id order by distance, id) as place
    from measured
)
select id, material_id from ranked
where place <= %(per_material)s
order by distance, id
limit %(count)s
"""

# A term weighs by how rare it is among the chunks of the class: the inverse document frequency
# of Okapi BM25 (Robertson and Zaragoza, 2009). Building tsvectors of a class's text for each
# question costs 100 ms for 200 chunks, finding bytes in it 10; an index cannot be had, since the
# table is not ours. Folding only ASCII letters is ten times faster than folding all, and bytes
# are found faster than characters.
_TEXTUAL = """
with own as materialized (
    select c.id, c.material_id, c.source_index,
           convert_to(lower(c.text collate "C"), 'UTF8') as bytes
    from material_chunks c
    join materials m on m.id = c.material_id and m.class_id = c.class_id and m.status = 'ready'
    where c.class_id = %(class_id)s
), hits as (
    select distinct o.id, o.material_id, o.source_index, s.term
    from own o
    cross join unnest(%(terms)s::int[], %(spellings)s::bytea[], %(whole)s::boolean[])
        as s(term, spelling, whole)
    where position(s.spelling in o.bytes) > 0
      and (not s.whole or convert_from(o.bytes, 'UTF8')
                          ~ ('\\m' || convert_from(s.spelling, 'UTF8') || '\\M'))
), weights as materialized (
    select term, ln(1 + ((select count(*) from own) - count(*) + 0.5::float8)
                        / (count(*) + 0.5::float8)) as weight
    from hits group by term
), scored as (
    select id, material_id, source_index, sum(weight) as score
    from hits join weights using (term) group by id, material_id, source_index
), ranked as (
    select *, row_number() over (
        partition by material_id order by score desc, source_index, id
    ) as place
    from scored
)
select id, material_id from ranked
where place <= %(per_material)s
order by score desc, source_index, id
limit %(count)s
"""


@read(lane=LONG)
def nearest(class_id: UUID, vector: QueryVector) -> list[Hit]:
    """The chunks of a class that are truly nearest by cosine distance, nearest first.

    Chunks embedded by another model are left out: their distances mean nothing. Bounded as
    `textual`.
    """
    model = vector.model.rpartition("/")[2]
    values = {"vector": vector_literal(vector.numbers), "model": model}
    return _hits(_NEAREST, class_id, values)


@read(lane=LONG)
def textual(class_id: UUID, terms: Sequence[Term]) -> list[Hit]:
    """The chunks of a class that hold the terms, the rarest terms weighing most.

    At most `MAX_CANDIDATES`, at most `MAX_PER_MATERIAL` of one material.
    """
    spelled = [
        (number, spelling.encode(), term.whole)
        for number, term in enumerate(terms)
        for spelling in term.spellings
    ]
    if not spelled:
        return []
    numbers, spellings, whole = map(list, zip(*spelled, strict=True))
    values = {"terms": numbers, "spellings": spellings, "whole": whole}
    return _hits(_TEXTUAL, class_id, values)


def _hits(sql: str, class_id: UUID, values: Mapping[str, Any]) -> list[Hit]:
    bounds = {"per_material": MAX_PER_MATERIAL, "count": MAX_CANDIDATES}
    with connection.cursor() as cursor:
        cursor.execute(sql, {"class_id": class_id, **bounds, **values})
        return [Hit(*row) for row in cursor.fetchall()]


def fuse(rankings: Iterable[Sequence[Hit]]) -> list[Hit]:
    """One ranking of several by reciprocal rank: the sum of 1 / (k + place) over the rankings.

    At most `MAX_CANDIDATES`, at most `MAX_PER_MATERIAL` of one material.
    """
    scores: dict[Hit, float] = {}
    for ranking in rankings:
        for place, hit in enumerate(ranking, start=1):
            scores[hit] = scores.get(hit, 0.0) + 1 / (RANK_CONSTANT + place)
    taken: list[Hit] = []
    of_material: dict[UUID, int] = {}
    for hit in sorted(scores, key=scores.__getitem__, reverse=True):
        if of_material.get(hit.material_id, 0) < MAX_PER_MATERIAL:
            of_material[hit.material_id] = of_material.get(hit.material_id, 0) + 1
            taken.append(hit)
    return taken[:MAX_CANDIDATES]


@read
def embedding_provider(class_id: UUID) -> str | None:
    """The provider that embedded most of a class's ready chunks; "" when it is not stored.

    None when the class has no such chunk.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select coalesce(c.embedding_provider, '')
            from material_chunks c
            join materials m
              on m.id = c.material_id and m.class_id = c.class_id and m.status = 'ready'
            where c.class_id = %s
            group by 1 order by count(*) desc, 1 limit 1
            """,
            [class_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None


@read(lane=LONG)
def find_chunks(
    class_id: UUID, by_words: Sequence[Hit], vector: QueryVector | None
) -> list[FoundChunk]:
    """The class's best chunks, best first: those found by words joined with the nearest ones."""
    by_meaning = nearest.sync(class_id, vector) if vector else []
    hits = fuse([by_meaning, by_words])
    rows = MaterialChunk.objects.filter(
        classroom_id=class_id, id__in=[hit.chunk_id for hit in hits]
    ).values_list("id", "material__title", "source_type", "source_index", "text")
    found = {row[0]: FoundChunk(*row) for row in rows}
    # A chunk can be replaced between two statements; then it is simply no candidate.
    return [found[hit.chunk_id] for hit in hits if hit.chunk_id in found]
