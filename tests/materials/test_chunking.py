"""Chunking: nothing is lost, nothing is too large, everything moves on."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from materials.chunking import Chunk, chunk_segments
from materials.extraction import Segment

PROSE = st.text(alphabet="abc .\n!?é∑|。", max_size=3_000)
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


# Tables ------------------------------------------------------------------------------------------


def table(rows: int) -> str:
    lines = ["Substance | Melts at | Note"]
    lines += [f"Salt no. {n} | {n}.5 °C. | Pure. Dry." for n in range(rows)]
    return "\n".join(lines)


def test_it_cuts_a_table_at_its_rows_and_repeats_the_header() -> None:
    rows = table(200).split("\n")
    chunks = cut("\n".join(["Look at this.", *rows, "So much for salts."]), 100, 0)
    assert len(chunks) > 10
    assert all(chunk.split("\n")[0] == rows[0] for chunk in chunks[1:])
    held = [line for chunk in chunks for line in chunk.split("\n") if line != rows[0]]
    assert held == ["Look at this.", *rows[1:], "So much for salts."]


def test_it_overlaps_a_table_by_whole_rows() -> None:
    rows = table(50).split("\n")
    for chunk in cut(table(50), 100, 20):
        assert set(chunk.split("\n")) <= set(rows)
        assert len(chunk) <= 400


def test_it_cuts_at_sentences_before_lines_but_not_within_rows() -> None:
    text = "One sentence goes\non here. And the\nnext one too is long."
    assert cut(text, 10, 0) == ["One sentence goes\non here.", "And the\nnext one too is long."]
    assert cut("a. b. | 1. 2.\nc. d. | 3. 4.", 5, 0) == ["a. b. | 1. 2.", "c. d. | 3. 4."]


def test_it_takes_a_bar_in_brackets_for_no_table() -> None:
    lines = ["P(A | B) is the chance of A.", "P(B | A) is the chance of B.", "They differ."]
    assert cut("\n".join(lines), 8, 0) == lines


def test_it_repeats_no_header_that_would_fill_the_chunks() -> None:
    chunks = cut(
        "\n".join(["A long header | " + "h" * 200, *(f"{n} | x" for n in range(99))]), 20, 0
    )
    assert all(len(chunk) <= 80 for chunk in chunks)
    assert sum("long header" in chunk for chunk in chunks) == 1


@given(
    st.lists(st.sampled_from(["a | b", "c. d. | e", "prose. More", " | 1", "x | "]), max_size=60)
)
def test_it_loses_no_row_whatever_stands_around(lines: list[str]) -> None:
    chunks = chunk_segments([page("\n".join(lines))], max_tokens=8, overlap_tokens=2)
    covered = {i for chunk in chunks for i in range(chunk.start, chunk.end)}
    text = "\n".join(lines)
    assert all(i in covered or char.isspace() for i, char in enumerate(text))
    assert all(chunk.token_count <= 8 for chunk in chunks)


# Languages, leaders, slides ----------------------------------------------------------------------


def test_it_ends_sentences_of_chinese_and_japanese() -> None:
    text = "光合作用需要光。水被分解成氧气和氢。「糖は作られる。」植物は成長する。"
    assert cut(text, 5, 0) == [
        "光合作用需要光。水被分解成氧气和氢。",
        "「糖は作られる。」植物は成長する。",
    ]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Forces ............ 12", "Forces … 12"),
        ("Forces . . . . . . . 12", "Forces … 12"),
        ("Forces…………………12", "Forces … 12"),
        ("Name: ____________", "Name: ___"),
        ("And so on... and on.", "And so on... and on."),
        ("3.14159 · 2", "3.14159 · 2"),
    ],
)
def test_it_folds_leaders(text: str, folded: str) -> None:
    assert cut(text, 50, 0) == [folded]


def slide(index: int, text: str, title: str | None = None) -> Segment:
    return Segment("slide", index, title, text)


def joined(*slides: Segment) -> list[tuple[int, str | None, str]]:
    chunks = chunk_segments(slides, max_tokens=1000, overlap_tokens=100)
    return [(c.segment.source_index, c.segment.section_title, c.text) for c in chunks]


def test_it_joins_short_slides_and_says_where_each_begins() -> None:
    long = "Cells divide. " * 100
    assert joined(
        slide(1, "Biology", "Biology"),
        slide(3, "Cells\nare small", "Cells"),
        slide(4, long, "More"),
    ) == [(1, "Biology", "Biology\n\n[Slide 3]\nCells\nare small"), (4, "More", long.strip())]


def test_joined_slides_have_the_number_of_the_first() -> None:
    slides = [slide(2, "Cells"), slide(5, "Tissue"), slide(6, "Organs"), slide(7, "x" * 4000)]
    chunks = chunk_segments(slides, max_tokens=1000, overlap_tokens=100)
    assert [chunk.segment.source_index for chunk in chunks] == [2, 7]
    assert "[Slide 6]" in chunks[0].text


def test_it_keeps_slides_apart_that_say_enough() -> None:
    texts = [f"Slide {n}: " + "word " * 60 for n in (1, 2)]
    found = joined(*(slide(n, text) for n, text in enumerate(texts, start=1)))
    assert [(index, text) for index, _, text in found] == [
        (1, texts[0].strip()),
        (2, texts[1].strip()),
    ]


def test_it_makes_few_chunks_of_many_small_slides() -> None:
    found = joined(*(slide(n, f"Word {n}") for n in range(1, 401)))
    assert len(found) < 20
    assert all(f"[Slide {n}]\nWord {n}" in "".join(t for _, _, t in found) for n in (2, 200))


def test_it_joins_no_pages() -> None:
    assert len(joined(page("One"), page("Two", 2))) == 2
