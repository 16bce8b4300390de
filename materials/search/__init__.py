"""The two halves of retrieval, each over the rows of one class, and how they are joined.

The approximate index over all classes' embeddings must not serve here: it looks at a few lists of
its own and, among many classes, misses most of one class's neighbours. Only chunks of materials
that are ready count.
"""

from materials.search.chunks import (
    EMBEDDING_PROVIDER,
    FoundChunk,
    embedding_provider,
    find_chunks,
)
from materials.search.hits import MAX_CANDIDATES, MAX_PER_MATERIAL, Hit, fuse
from materials.search.vectors import QueryVector, nearest
from materials.search.words import ByWords, textual

__all__ = [
    "EMBEDDING_PROVIDER",
    "MAX_CANDIDATES",
    "MAX_PER_MATERIAL",
    "ByWords",
    "FoundChunk",
    "Hit",
    "QueryVector",
    "embedding_provider",
    "find_chunks",
    "fuse",
    "nearest",
    "textual",
]
