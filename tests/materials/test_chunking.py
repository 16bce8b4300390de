"""Chunking: nothing is lost, nothing is too large, everything moves on."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from materials.chunking import Chunk, chunk_segments
from materials.extraction import Segment

PROSE = st.text(alphabet="abc .\n!?é∑", max_size=3_000)
SIZES = st.tuples(st.integers(4, 80), st.integers(0, 30)).filter(lambda s: s[1] < s[0])


def page(text: str, index: int = 1) -> Segment:
    return Segment("page", index, None, text)


@given(PROSE, SIZES)
def test_it_loses_no_text(text: str, sizes: tuple[int, int]) -> None:
    chunks = chunk_segments([page(text)], max_tokens=sizes[0], overlap_tokens=sizes[1])
    covered = {i for chunk in chunks for i in range(chunk.start, chunk.end)}
    assert all(i in covered or char.isspace() for i, char in enumerate(text))


@given(PROSE, SIZES)
def test_it_keeps_chunks_within_their_size(text: str, sizes: tuple[int, int]) -> None:
    chunks = chunk_segments([page(text)], max_tokens=sizes[0], overlap_tokens=sizes[1])
    assert all(0 < chunk.token_count <= sizes[0] for chunk in chunks)


@given(PROSE, SIZES)
def test_it_moves_on_and_overlaps_no_more_than_asked(text: str, sizes: tuple[int, int]) -> None:
    chunks = chunk_segments([page(text)], max_tokens=sizes[0], overlap_tokens=sizes[1])
    for before, after in pairwise(chunks):
        assert before.start < after.start
        assert before.end < after.end
        assert before.end - after.start <= sizes[1] * 4


@given(st.lists(PROSE, max_size=5), SIZES)
def test_it_never_crosses_segments(texts: list[str], sizes: tuple[int, int]) -> None:
    segments = [page(text, index) for index, text in enumerate(texts, start=1)]
    chunks = chunk_segments(segments, max_tokens=sizes[0], overlap_tokens=sizes[1])
    assert all(chunk.text in chunk.segment.text for chunk in chunks)
    indexes = [chunk.segment.source_index for chunk in chunks]
    assert indexes == sorted(indexes)


def cut(text: str, max_tokens: int, overlap_tokens: int) -> list[str]:
    chunks: list[Chunk] = chunk_segments(
        [page(text)], max_tokens=max_tokens, overlap_tokens=overlap_tokens
    )
    return [chunk.text for chunk in chunks]


def test_it_ends_chunks_at_sentences() -> None:
    text = "Light is absorbed. Water is split. Oxygen leaves. Sugar is made."
    assert cut(text, 10, 0) == [
        "Light is absorbed. Water is split.",
        "Oxygen leaves. Sugar is made.",
    ]


def test_it_starts_the_overlap_at_a_sentence() -> None:
    text = "Light is absorbed. Water is split. Oxygen leaves. Sugar is made."
    assert cut(text, 13, 5) == [
        "Light is absorbed. Water is split. Oxygen leaves.",
        "Oxygen leaves. Sugar is made.",
    ]


def test_it_does_not_take_a_decimal_point_for_the_end_of_a_sentence() -> None:
    assert cut("The value of pi is 3.14159 and e is 2.71828 or so", 8, 0) == [
        "The value of pi is 3.14159 and",
        "e is 2.71828 or so",
    ]


def test_it_cuts_a_word_that_is_longer_than_a_chunk() -> None:
    assert cut("A" * 100, 10, 0) == ["A" * 40, "A" * 40, "A" * 20]


def test_it_makes_no_chunk_of_blank_text() -> None:
    assert cut(" \n\n ", 10, 2) == []


@pytest.mark.parametrize(("size", "overlap"), [(10, 10), (10, 11), (10, -1), (0, 0)])
def test_it_refuses_sizes_that_would_not_move_on(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap"):
        cut("text", size, overlap)
