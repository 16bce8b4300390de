"""The two halves of retrieval, each over the rows of one class, and how they are joined.

Both read the class's own rows first (`materialized`), so neither depends on how many other
classes there are. The approximate index over all classes' embeddings must not serve here: it
looks at a few lists of its own and, among many classes, misses most of this one's neighbours.
Only chunks of materials that are ready count.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from materials.index.keys import PieceHashes, secret
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
class ByWords:
    """What the search by words found, best first; `not_indexed` when it had to read chunks."""

    hits: tuple[Hit, ...] = ()
    not_indexed: bool = False


@dataclass(frozen=True)
class FoundChunk:
    """A chunk as retrieval hands it on."""

    chunk_id: UUID
    material_title: str
    source_type: str
    source_index: int
    text: str


# What goes on a word, of scripts with spaces; what Postgres takes for letters is up to its locale.
_LETTERS: Final = "0-9a-z_\u00c0-\u0dff\u1e00-\u1fff"

# A model is known by the last part of its name: "openai/x" of one provider is "x" of another.
_NEAREST = """
with measured as materialized (
    select c.id, c.material_id, c.embedding <=> %(vector)s::vector as distance
    from material_chunks c
    join materials m on m.id = c.material_id and m.class_id = c.class_id and m.status = 'ready'
    where c.class_id = %(class_id)s
      and c.embedding is not null
      and (c.embedding_model is null or c.embedding_model = %(model)s
           or right(c.embedding_model, length(%(model)s) + 1) = '/' || %(model)s)
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
# of Okapi BM25 (Robertson and Zaragoza, 2009).
#
# `own` are the class's chunks, and whether the index knows each as it is now. What the index says
# of others, which may be gone, does not count. Those are read instead: folding only ASCII letters
# is ten times faster than folding all, and bytes are found faster than characters.
#
# Which terms a chunk holds is one number, a bit a term, so that what costs time is done once a
# chunk and not once a hit.
_TEXTUAL = """
with valid as materialized (
    select chunk_id, version from chunk_words
    where class_id = %(class_id)s and key_id = %(key_id)s
), own as materialized (
    select c.id, c.material_id, c.source_index, v.chunk_id is not null as indexed
    from material_chunks c
    join materials m on m.id = c.material_id and m.class_id = c.class_id and m.status = 'ready'
    left join valid v on v.chunk_id = c.id and v.version = c.xmin::text::bigint
    where c.class_id = %(class_id)s
), unread as materialized (
    select c.id, convert_to(lower(c.text collate "C"), 'UTF8') as bytes
    from own o join material_chunks c on c.id = o.id where not o.indexed
), looked_up as (
    select f.chunk_id as id, bit_or(1::bigint << t.term) as terms
    from unnest(%(terms)s::int[], %(pieces)s::text[]) as t(term, pieces)
    cross join lateral (
        select w.chunk_id from chunk_words w where w.pieces @> t.pieces::int[]
    ) f
    group by f.chunk_id
), read as (
    select u.id, bit_or(1::bigint << s.term) as terms
    from unread u
    cross join unnest(%(spelled)s::int[], %(spellings)s::bytea[], %(patterns)s::text[])
        as s(term, spelling, pattern)
    where position(s.spelling in u.bytes) > 0
      and (s.pattern is null or convert_from(u.bytes, 'UTF8') ~ s.pattern)
    group by u.id
), hits as materialized (
    select o.id, o.material_id, o.source_index, l.terms
    from own o join looked_up l on l.id = o.id where o.indexed
    union all
    select o.id, o.material_id, o.source_index, r.terms from own o join read r on r.id = o.id
), alike as materialized (
    select terms, count(*) as chunks from hits group by terms
), weights as (
    select t.term, ln(1 + ((select count(*) from own) - sum(a.chunks) + 0.5::float8)
                          / (sum(a.chunks) + 0.5::float8)) as weight
    from unnest(%(terms)s::int[]) as t(term)
    join alike a on a.terms & (1::bigint << t.term) <> 0
    group by t.term
), scores as (
    select a.terms, round(sum(w.weight)::numeric, 6) as score
    from alike a join weights w on a.terms & (1::bigint << w.term) <> 0 group by a.terms
), ranked as (
    select h.id, h.material_id, h.source_index, s.score, row_number() over (
        partition by h.material_id order by s.score desc, h.source_index, h.id
    ) as place
    from hits h join scores s using (terms)
)
select r.id, r.material_id, u.missing
from (select exists(select from unread) as missing) u
left join (
    select * from ranked where place <= %(per_material)s
    order by score desc, source_index, id limit %(count)s
) r on true
order by r.score desc, r.source_index, r.id
"""


_FOUND = """
select c.id, m.title, c.source_type, c.source_index, c.text
from material_chunks c join materials m on m.id = c.material_id
where c.class_id = %(class_id)s and c.id = any(%(ids)s)
"""

EMBEDDING_PROVIDER: Final = """
select coalesce(c.embedding_provider, '') as name
from materials m
cross join lateral (
    select embedding_provider from material_chunks
    where material_id = m.id and class_id = m.class_id limit 1
) c
where m.class_id = %(class_id)s and m.status = 'ready'
group by 1 order by count(*) desc, 1 limit 1
"""
"""What `embedding_provider` asks, for statements that ask for more."""


@read(lane=LONG)
def nearest(class_id: UUID, vector: QueryVector) -> list[Hit]:
    """The chunks of a class that are truly nearest by cosine distance, nearest first.

    Chunks embedded by another model are left out: their distances mean nothing. Bounded as
    `textual`.
    """
    model = vector.model.rpartition("/")[2]
    values = {"vector": vector_literal(vector.numbers), "model": model}
    return [Hit(*row) for row in _rows(_NEAREST, class_id, values)]


@read(lane=LONG)
def textual(class_id: UUID, terms: Sequence[Term]) -> ByWords:
    """The chunks of a class that hold the terms, the rarest terms weighing most.

    At most `MAX_CANDIDATES`, at most `MAX_PER_MATERIAL` of one material.
    """
    if not terms:
        return ByWords()
    hashes = PieceHashes(class_id)
    spelled = [
        (number, spelling.encode(), _by_itself(spelling) if term.whole else None)
        for number, term in enumerate(terms)
        for spelling in term.spellings
    ]
    numbers, spellings, patterns = map(list, zip(*spelled, strict=True))
    values = {
        "key_id": secret().id,
        "terms": list(range(len(terms))),
        "pieces": [_array(hashes.of(term.pieces)) for term in terms],
        "spelled": numbers,
        "spellings": spellings,
        "patterns": patterns,
    }
    rows = _rows(_TEXTUAL, class_id, values)
    hits = tuple(Hit(chunk, material) for chunk, material, _ in rows if chunk)
    return ByWords(hits, not_indexed=rows[0][2])


def _by_itself(spelling: str) -> str:
    """A regular expression of Postgres for a word that is no part of another."""
    return f"(?<![{_LETTERS}]){re.escape(spelling)}(?![{_LETTERS}])"


def _array(numbers: Iterable[int]) -> str:
    """An array as Postgres reads it from a text."""
    return "{" + ",".join(map(str, numbers)) + "}"


def _rows(sql: str, class_id: UUID, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    bounds = {"per_material": MAX_PER_MATERIAL, "count": MAX_CANDIDATES}
    with connection.cursor() as cursor:
        cursor.execute(sql, {"class_id": class_id, **bounds, **values})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


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
    """The provider that embedded most of a class's ready materials; "" when it is not stored.

    One chunk speaks for its material, whose chunks are embedded together. None when the class has
    no ready material with chunks.
    """
    rows = _rows(EMBEDDING_PROVIDER, class_id, {})
    return rows[0][0] if rows else None


@read(lane=LONG)
def find_chunks(
    class_id: UUID, by_words: Sequence[Hit], vector: QueryVector | None
) -> list[FoundChunk]:
    """The class's best chunks, best first: those found by words joined with the nearest ones."""
    by_meaning = nearest.sync(class_id, vector) if vector else []
    hits = fuse([by_meaning, by_words])
    rows = _rows(_FOUND, class_id, {"ids": [hit.chunk_id for hit in hits]})
    found = {row[0]: FoundChunk(*row) for row in rows}
    # A chunk can be replaced between two statements; then it is simply no candidate.
    return [found[hit.chunk_id] for hit in hits if hit.chunk_id in found]
