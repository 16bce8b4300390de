"""What a search finds, within which bounds, and how two rankings become one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from stemcore.database import prepared_cursor
from stemcore.rank_fusion import reciprocal_rank_fusion

MAX_CANDIDATES: Final = 24
MAX_PER_MATERIAL: Final = 6

# Looked up one by one (`offset 0`): a plan that was made for small classes would read all chunks of
# a large one, and go through the list at each. The list is a subquery for `prepared_cursor`'s sake.
CHUNKS_BY_ID: Final = """
unnest((select %(ids)s::uuid[])) as wanted(id)
cross join lateral (select * from material_chunks where id = wanted.id offset 0) c
"""
"""The chunks `c` of the parameter `ids`, of whatever class."""


@dataclass(frozen=True)
class Hit:
    """A chunk that one half of the search found."""

    chunk_id: UUID
    material_id: UUID


def bounded(ranking: Iterable[Hit]) -> list[Hit]:
    """The best of a ranking: at most `MAX_CANDIDATES`, at most `MAX_PER_MATERIAL` of a material.

    No more of the ranking is asked for than that takes.
    """
    return list(islice(_spread(ranking), MAX_CANDIDATES))


def _spread(ranking: Iterable[Hit]) -> Iterator[Hit]:
    of_material: Counter[UUID] = Counter()
    for hit in ranking:
        of_material[hit.material_id] += 1
        if of_material[hit.material_id] <= MAX_PER_MATERIAL:
            yield hit


def fuse(rankings: Iterable[Sequence[Hit]]) -> list[Hit]:
    """One ranking of several by reciprocal rank, within the bounds of `bounded`."""
    return bounded(reciprocal_rank_fusion(rankings))


def rows(sql: str, class_id: UUID, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What a statement gives for a class; it may name the bounds as `per_material` and `count`."""
    bounds = {"per_material": MAX_PER_MATERIAL, "count": MAX_CANDIDATES}
    with prepared_cursor() as cursor:
        cursor.execute(sql, {"class_id": class_id, **bounds, **values})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
