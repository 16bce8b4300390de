"""One ranking of several."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

H = TypeVar("H", bound=Hashable)

RANK_CONSTANT = 60
"""k of reciprocal rank fusion, as in Cormack, Clarke and Büttcher, SIGIR 2009."""


def reciprocal_rank_fusion(rankings: Iterable[Sequence[H]]) -> list[H]:
    """All that is ranked, by the sum of 1 / (k + place) over the rankings, the largest first."""
    scores: dict[H, float] = {}
    for ranking in rankings:
        for place, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1 / (RANK_CONSTANT + place)
    return sorted(scores, key=scores.__getitem__, reverse=True)
