"""By word: the chunks of a class that hold a question's terms.

The database tells which chunks hold the same terms, as one number of a bit a term; they are
weighed and ranked here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Final, NamedTuple
from uuid import UUID

from materials.index.keys import PieceHashes, secret
from materials.search.hits import CHUNKS_BY_ID, Hit, bounded, rows
from materials.terms import Term
from stemcore.database import LONG, read


@dataclass(frozen=True)
class ByWords:
    """What the search by words found, best first; `not_indexed` when it had to read chunks."""

    hits: tuple[Hit, ...] = ()
    not_indexed: bool = False


class Alike(NamedTuple):
    """Chunks of one material that hold the same terms.

    `ids` and `places` are those of the first `MAX_PER_MATERIAL`, by their place in the material,
    in the text form of Postgres: few of them are ever looked at. `terms` is None for chunks that
    the index does not know as they are; `unread` are all their ids.
    """

    material_id: str
    terms: int | None
    chunks: int
    ids: str
    places: str
    unread: list[UUID] | None = None


# What goes on a word, of scripts with spaces; what Postgres takes for letters is up to its locale.
_LETTERS: Final = "0-9a-z_\u00c0-\u0dff\u1e00-\u1fff"

_ALIKE: Final = """
select material_id::text, terms, count(*),
    (array_agg(id order by source_index, id))[:%(per_material)s]::text,
    (array_agg(source_index order by source_index, id))[:%(per_material)s]::text
"""

# `known` is what the index says of each chunk that it knows; of one that has changed since, or is
# gone, it does not count.
# Each term is looked up by itself (`offset 0`): without statistics of these rows, as after an
# upgrade of the server, all of them would be read and held against each term. The list of terms is
# a subquery for `prepared_cursor`'s sake.
_INDEXED: Final = f"""
with told as (
    select chunk_id, version, 0::bigint as terms from chunk_words
    where class_id = %(class_id)s and key_id = %(key_id)s
    union all
    select w.chunk_id, w.version, 1::bigint << t.number::int - 1
    from unnest(string_to_array((select %(pieces)s), ';')) with ordinality as t(pieces, number)
    cross join lateral (
        select * from chunk_words where pieces @> t.pieces::int[] offset 0
    ) w
    where w.key_id = %(key_id)s
), known as materialized (
    select chunk_id, version, bit_or(terms) as terms from told group by chunk_id, version
), own as (
    select c.id, c.material_id, c.source_index, k.terms
    from material_chunks c
    left join known k on k.chunk_id = c.id and k.version = c.xmin::text::bigint
    where c.class_id = %(class_id)s and c.material_id = any(array(
        select id from materials where class_id = %(class_id)s and status = 'ready'))
)
{_ALIKE}, array_agg(id) filter (where terms is null)
from own group by material_id, terms
"""

# Folding only ASCII letters is ten times faster than folding all, and bytes are found faster than
# characters. A text is folded once (`offset 0`) and not kept: those of a whole class would go
# through a file of the server's.
_READ: Final = f"""
with read as (
    select c.id, c.material_id, c.source_index, coalesce((
        select bit_or(1::bigint << s.term)
        from unnest(%(spelled)s::int[], %(spellings)s::bytea[], %(patterns)s::text[])
            as s(term, spelling, pattern)
        where position(s.spelling in folded.bytes) > 0
          and (s.pattern is null or convert_from(folded.bytes, 'UTF8') ~ s.pattern)
    ), 0) as terms
    from {CHUNKS_BY_ID}
    cross join lateral (
        select convert_to(lower(c.text collate "C"), 'UTF8') as bytes offset 0
    ) folded
    where c.class_id = %(class_id)s
)
{_ALIKE}
from read group by material_id, terms
"""


@read(lane=LONG)
def textual(class_id: UUID, terms: Sequence[Term]) -> ByWords:
    """The chunks of a class that hold the terms, the rarest terms weighing most.

    Within the bounds of `hits.bounded`. Without a term it still tells whether all is indexed.
    """
    found = [*map(Alike._make, rows(_INDEXED, class_id, _lookups(class_id, terms)))]
    unread = [chunk_id for alike in found for chunk_id in alike.unread or ()]
    if unread:
        values = {"ids": unread, **_spelled(terms)}
        found = [alike for alike in found if alike.terms is not None]
        found += [Alike(*row) for row in rows(_READ, class_id, values)]
    return ByWords(tuple(bounded(_ranked(found))), not_indexed=bool(unread))


def _lookups(class_id: UUID, terms: Sequence[Term]) -> dict[str, Any]:
    hashes = PieceHashes(class_id)
    pieces = (hashes.of(term.pieces) for term in terms)
    return {"key_id": secret().id, "pieces": ";".join(map(_array, pieces))}


def _spelled(terms: Sequence[Term]) -> dict[str, Any]:
    ways = [(number, term, way) for number, term in enumerate(terms) for way in term.spellings]
    return {
        "spelled": [number for number, _, _ in ways],
        "spellings": [way.encode() for _, _, way in ways],
        "patterns": [_by_itself(way) if term.whole else None for _, term, way in ways],
    }


def _by_itself(spelling: str) -> str:
    """A regular expression of Postgres for a word that is no part of another."""
    return f"(?<![{_LETTERS}]){re.escape(spelling)}(?![{_LETTERS}])"


def _array(numbers: Iterable[int]) -> str:
    """An array as Postgres reads it from a text."""
    return "{" + ",".join(map(str, numbers)) + "}"


def _ranked(found: Sequence[Alike]) -> Iterator[Hit]:
    """The chunks that hold a term, best score first; equal ones by their place and id."""
    scores = _scores(found)
    equals: dict[float, list[Alike]] = {}
    for alike in found:
        if alike.terms:
            equals.setdefault(scores[alike.terms], []).append(alike)
    for score in sorted(equals, reverse=True):
        for _, chunk_id, material_id in sorted(_chunks(equals[score])):
            yield Hit(UUID(chunk_id), UUID(material_id))


def _chunks(found: Iterable[Alike]) -> Iterator[tuple[int, str, str]]:
    for alike in found:
        ids, places = alike.ids[1:-1].split(","), alike.places[1:-1].split(",")
        for chunk_id, place in zip(ids, places, strict=True):
            yield int(place), chunk_id, alike.material_id


def _scores(found: Sequence[Alike]) -> Mapping[int, float]:
    """The sum of the terms' weights for each set of terms.

    A term weighs by how rare it is among the chunks of the class: the inverse document frequency
    of Okapi BM25 (Robertson and Zaragoza, 2009).
    """
    holding: Counter[int] = Counter()
    for alike in found:
        holding[alike.terms or 0] += alike.chunks
    total = sum(holding.values())
    weights: dict[int, float] = {}
    for number in range(max(holding, default=0).bit_length()):
        having = sum(chunks for terms, chunks in holding.items() if terms >> number & 1)
        weights[1 << number] = log(1 + (total - having + 0.5) / (having + 0.5))
    # Rounded, so that sets that weigh the same do so whatever they are added up from.
    return {
        terms: round(sum(weight for bit, weight in weights.items() if terms & bit), 6)
        for terms in holding
    }
