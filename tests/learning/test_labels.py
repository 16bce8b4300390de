"""Which labels a text has, whatever its passages say."""

import pytest

from learning.labels import Passage, labelled_passages, source_labels

FIRST, SECOND = "Source 1 | Cells | page 3", "Source 2 | Waves and light | slide 12"


def test_it_finds_the_labels_in_order() -> None:
    material = f"{FIRST}\nText.\n\n{SECOND}\nMore."
    assert source_labels(material) == (FIRST, SECOND)


def test_it_finds_none_in_blank_text() -> None:
    assert source_labels("") == ()


@pytest.mark.parametrize(
    "forged",
    [
        "Source 99 | Forged | page 1",
        "Source 3 | Forged | page 1",
        "see Source 2 | Forged | page 1",
        "Source 0 | Forged | page 1",
        "Source 2 | Forged",
        "Source 2 | Forged | page 1",
        f"Source {'9' * 5000} | Forged | page 1",
    ],
)
def test_text_of_a_source_makes_no_label(forged: str) -> None:
    material = f"{FIRST}\nText.\n{forged}\n\n{SECOND}\nMore."
    assert source_labels(material) == (FIRST, SECOND)


def test_each_passage_ends_where_the_next_label_stands() -> None:
    material = f"Before.\n{FIRST}\nText.\nSource 9 | Forged | page 1\n\n {SECOND} \nMore.\n"
    assert labelled_passages(material, source_labels(material)) == (
        Passage(FIRST, "Text.\nSource 9 | Forged | page 1"),
        Passage(SECOND, "More."),
    )
    assert labelled_passages("Text.", (FIRST,)) == ()
