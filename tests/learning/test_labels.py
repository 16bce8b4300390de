"""Which labels a text has, whatever its passages say."""

import pytest

from learning.labels import Passage, label_named, labelled_passages, source_labels

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


LABELS = (
    "Source 1 | Newton's & Euler's notes | page 3",
    "Source 2 | Waves | slide 1",
    "Source 3 | Waves | slide 2",
    "Source 4 | Optics (part 2) | page 1",
)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Source 1 | Newton's & Euler's notes | page 3", 1),
        ("source 1 | newton's & euler's  notes | page 3", 1),
        ("[Source 4 | Optics (part 2) | page 1]", 4),
        ("Source 4", 4),
        ("[source 4]", 4),
        ("(Source 4)", 4),
        ("“SOURCE 4”", 4),
        ("4", 4),
        ("#4", 4),
        ("source no. 4", 4),
        ("**Source 4**", 4),
        ("Optics (part 2)", 4),
        ("Newton's & Euler's notes", 1),
        ("Source 2 | Waves", 2),
        ("Source 3: waves", 3),
        ("Source 1 – Newton's & Euler's notes", 1),
    ],
)
def test_a_source_is_named_by_label_number_or_title(name: str, place: int) -> None:
    assert label_named(name, LABELS) == LABELS[place - 1]


@pytest.mark.parametrize(
    "name",
    [
        "Source 9", "9", "Waves", "Source 2 | Optics", "Source 4 | Made up", "Physics", "",
        "Source", "Source 1 | Newton's & Euler's notes | page 4", "Source 1 and Source 2",
        "slide 1",
    ],
)  # fmt: skip
def test_a_name_that_fits_no_source_or_several_names_none(name: str) -> None:
    assert label_named(name, LABELS) is None
