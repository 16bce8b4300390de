"""Cuts segments into the pieces that are embedded."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from materials.extraction.model import Segment
from stemcore.text import CHARS_PER_TOKEN, estimate_tokens

SHORT_SLIDE: Final = 200
"""Characters of a slide that says too little to be found, or understood, by itself."""

_CELLS: Final = " | "
_BLANK_LINE: Final = re.compile(r"\n(?=[ \t]*\n)")
_CLOSING: Final = "[\"'”’»)\\]」』）】]*"
# Full stops of Chinese and Japanese end a sentence without a space behind them.
_SENTENCE: Final = re.compile(rf"[.!?…]{_CLOSING}(?=\s)|[。！？｡]{_CLOSING}")
_LINE: Final = re.compile(r"\n")
_SPACE: Final = re.compile(r"\s")
# From an entry of a table of contents to its page: dots with or without spaces between them.
_LEADERS: Final = re.compile(r"(?<![ \t])[ \t]*(?:[.·․‥…][ \t]?){5,}")
_BLANKS: Final = re.compile(r"_{4,}")


@dataclass(frozen=True)
class Chunk:
    """A piece of one segment: `segment.text[start:end]` without the space around it.

    `header` is the first row of the table that the piece continues, and stands before it.
    """

    segment: Segment
    start: int
    end: int
    header: str = ""

    @property
    def text(self) -> str:
        piece = self.segment.text[self.start : self.end].strip()
        return f"{self.header}\n{piece}" if self.header and piece else piece

    @property
    def token_count(self) -> int:
        return estimate_tokens(self.text)


def chunk_segments(
    segments: Iterable[Segment], *, max_tokens: int, overlap_tokens: int
) -> list[Chunk]:
    """Chunks of at most `max_tokens`, in order, never across segments.

    Chunks of one segment that follow each other share at most `overlap_tokens`. Short slides are
    joined to one segment with their neighbours, under the number of the first; the numbers of the
    others stand in the text. Raises ValueError unless the overlap is smaller than a chunk, since
    chunks must move on.
    """
    if not 0 <= overlap_tokens < max_tokens:
        raise ValueError("The overlap of chunks must be smaller than their size.")
    size, overlap = max_tokens * CHARS_PER_TOKEN, overlap_tokens * CHARS_PER_TOKEN
    return [
        chunk
        for segment in _joined_slides(map(_without_leaders, segments), size // 4)
        for chunk in _chunks(segment, size, overlap)
        if chunk.text
    ]


def _without_leaders(segment: Segment) -> Segment:
    text = _BLANKS.sub("___", _LEADERS.sub(" … ", segment.text))
    return segment if text == segment.text else replace(segment, text=text)


def _joined_slides(segments: Iterable[Segment], size: int) -> Iterator[Segment]:
    """The segments; neighbouring slides of which one is short as one, up to `size` characters."""
    last: Segment | None = None
    for segment in segments:
        joined = _joined(last, segment) if last and _belong_together(last, segment) else None
        if joined and len(joined.text) <= size:
            last = joined
            continue
        if last:
            yield last
        last = segment
    if last:
        yield last


def _belong_together(last: Segment, segment: Segment) -> bool:
    are_slides = last.source_type == segment.source_type == "slide"
    return are_slides and min(len(last.text), len(segment.text)) < SHORT_SLIDE


def _joined(last: Segment, segment: Segment) -> Segment:
    text = f"{last.text}\n\n[Slide {segment.source_index}]\n{segment.text}"
    title = last.section_title or segment.section_title
    return replace(last, text=text, section_title=title)


def _chunks(segment: Segment, size: int, overlap: int) -> Iterator[Chunk]:
    text, start = segment.text, 0
    places = _Places(text) if len(text) > size else None
    while places:
        header = places.header(start, min(size // 4, size - overlap - 2))
        room = size - len(header) - 1 if header else size
        if len(text) - start <= room:
            break
        # A cut in the first half would make needlessly small chunks, one within the overlap
        # would not move on.
        end = places.last(start + max(room // 2, overlap + 1), start + room)
        yield Chunk(segment, start, end, header)
        start = places.first(end - overlap, end)
    yield Chunk(segment, start, len(text), places.header(start, size // 4) if places else "")


@dataclass(frozen=True)
class _Table:
    """Where a table stands in a text, and where its first row ends."""

    start: int
    body: int
    end: int


class _Places:
    """The places where a text may be cut, best first: a blank line, the end of a sentence or of a
    row of a table, the end of a line, a space."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tables = list(_tables(text))
        self._table_starts = [table.start for table in self._tables]
        sentences = (p for p in _ends(_SENTENCE, text) if self._table(p) is None)
        rows = (p for t in self._tables for p in _ends(_LINE, text, t.start, t.end))
        edges = (t.start for t in self._tables)
        self._sentences = sorted({*sentences, *rows, *edges})
        self._others = [_ends(_LINE, text), _ends(_SPACE, text)]
        self._best = [_ends(_BLANK_LINE, text), self._sentences, *self._others]

    def last(self, low: int, high: int) -> int:
        """The best place in text[low:high] to end a chunk; `high` itself when there is none."""
        for places in self._best:
            index = bisect_right(places, high)
            if index and places[index - 1] > low:
                return places[index - 1]
        return high

    def first(self, low: int, high: int) -> int:
        """Where the next chunk starts, so that it shares text[start:high] with the one before.

        Within a row of a table it shares nothing: half a row means nothing.
        """
        for places in (self._sentences, *self._others):
            index = bisect_left(places, low)
            if index < len(places) and places[index] < high:
                return places[index]
            if places is self._sentences and self._table(high - 1):
                return high
        return low

    def header(self, start: int, most: int) -> str:
        """The first row of the table that goes on at that place; empty for none, or a long one."""
        table = self._table(start)
        if table is None or start < table.body:
            return ""
        row = self._text[table.start : table.body].strip()
        return row if len(row) < most else ""

    def _table(self, place: int) -> _Table | None:
        index = bisect_right(self._table_starts, place) - 1
        found = self._tables[index] if index >= 0 else None
        return found if found and place < found.end else None


def _ends(pattern: re.Pattern[str], text: str, low: int = 0, high: int | None = None) -> list[int]:
    found = pattern.finditer(text, low, len(text) if high is None else high)
    return [match.end() for match in found]


def _tables(text: str) -> Iterator[_Table]:
    """The tables of a text: lines with cells that follow each other."""
    place, rows = 0, list[int]()
    for line in [*text.split("\n"), ""]:
        if _is_row(line):
            rows.append(place)
        elif rows:
            if len(rows) > 1:
                yield _Table(rows[0], rows[1], min(place, len(text)))
            rows = []
        place += len(line) + 1


def _is_row(line: str) -> bool:
    """Whether a line has cells; a bar within brackets, as in P(A | B), parts none."""
    if _CELLS not in f"{line} ":
        return False
    return all(cell.count("(") == cell.count(")") for cell in f"{line} ".split(_CELLS))
