"""Cuts segments into the pieces that are embedded."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from materials.extraction.model import Segment
from stemcore.text import CHARS_PER_TOKEN, estimate_tokens

# Places to cut at, best first: a blank line, the end of a sentence, the end of a line, a space.
_CUTS: Final = tuple(
    re.compile(pattern) for pattern in (r"\n\s*\n", r"[.!?…。][\"'”’»)\]]*\s+", r"\n", r"\s+")
)


@dataclass(frozen=True)
class Chunk:
    """A piece of one segment: `text` is `segment.text[start:end]` without the space around it."""

    segment: Segment
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.segment.text[self.start : self.end].strip()

    @property
    def token_count(self) -> int:
        return estimate_tokens(self.text)


def chunk_segments(
    segments: Iterable[Segment], *, max_tokens: int, overlap_tokens: int
) -> list[Chunk]:
    """Chunks of at most `max_tokens`, in order, never across segments.

    Chunks of one segment that follow each other share at most `overlap_tokens`. Raises
    ValueError unless the overlap is smaller than a chunk, since chunks must move on.
    """
    if not 0 <= overlap_tokens < max_tokens:
        raise ValueError("The overlap of chunks must be smaller than their size.")
    return [
        chunk
        for segment in segments
        for chunk in _chunks(
            segment, max_tokens * CHARS_PER_TOKEN, overlap_tokens * CHARS_PER_TOKEN
        )
        if chunk.text
    ]


def _chunks(segment: Segment, size: int, overlap: int) -> Iterator[Chunk]:
    text, start = segment.text, 0
    while len(text) - start > size:
        # A cut in the first half would make needlessly small chunks, one within the overlap
        # would not move on.
        end = _last_cut(text, start + max(size // 2, overlap + 1), start + size)
        yield Chunk(segment, start, end)
        start = _first_cut(text, end - overlap, end)
    yield Chunk(segment, start, len(text))


def _last_cut(text: str, low: int, high: int) -> int:
    """The best place to end a chunk in text[low:high]; `high` itself when there is none."""
    for pattern in _CUTS:
        ends = [found.end() for found in pattern.finditer(text, low, high)]
        if ends:
            return ends[-1]
    return high


def _first_cut(text: str, low: int, high: int) -> int:
    """Where the next chunk starts, so that it shares text[start:high] with the one before it."""
    for pattern in _CUTS[1:]:
        found = pattern.search(text, low, high)
        if found and found.end() < high:
            return found.end()
    return low
