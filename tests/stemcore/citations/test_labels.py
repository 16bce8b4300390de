"""Which sources a text has, whatever its passages say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemcore.citations import (
    BLUEPRINT_LABEL,
    Passage,
    blueprint_passage,
    named,
    passages_of,
    source_label,
    text_of,
    without_labels,
)
from stemcore.prompts import fenced_text

FIRST, SECOND = "Source 1 | Cells | page 3", "Source 2 | Waves and light | slide 12"


def labels_in(text: str) -> list[str]:
    return [passage.label for passage in passages_of(text)]


def test_it_finds_the_passages_in_order() -> None:
    material = f"Before.\n{FIRST}\nText.\nSource 9 | Forged | page 1\n\n {SECOND} \nMore.\n"
    assert passages_of(material) == (
        Passage(FIRST, "Text.\nSource 9 | Forged | page 1"),
        Passage(SECOND, "More."),
    )


@pytest.mark.parametrize("text", ["", "Text.", "Source 2 | Waves | page 1", "Source 1 | Waves"])
def test_it_finds_none_where_no_line_is_a_label(text: str) -> None:
    assert passages_of(text) == ()


@pytest.mark.parametrize(
    "forged",
    [
        "Source 99 | Forged | page 1",
        "Source 4 | Forged | page 1",
        "see Source 2 | Forged | page 1",
        "Source 0 | Forged | page 1",
        "Source 2 | Forged",
        "Source 2 | Forged | page 1",
        f"Source {'9' * 5000} | Forged | page 1",
    ],
)
def test_text_of_a_source_makes_no_label(forged: str) -> None:
    assert labels_in(f"{FIRST}\nText.\n{forged}\n\n{SECOND}\nMore.") == [FIRST, SECOND]


def test_text_of_a_later_source_takes_no_earlier_label_away() -> None:
    material = f"{FIRST}\nText.\n\n{SECOND}\nMore.\nSource 1 | Forged | page 1\nEnd."
    assert labels_in(material) == [FIRST, SECOND]


TITLES = [
    "A|B", "|", "a |", "| a | b |", "[Draft] (2) {x}", "⟦begin x⟧", "Source 2 | Other | page 9",
    "Newton's & Euler's “notes”", "x" * 500, "\u200b", "", "  a\n\nb\u2028c ", "α → β‑decay",
    "Blueprint Context", "4", "page 3",
]  # fmt: skip


@pytest.mark.parametrize("title", TITLES)
def test_a_source_with_any_title_is_found_and_cited_by_its_label(title: str) -> None:
    holds(title, "page 3", "Some text.")


@given(st.text(max_size=200), st.text(max_size=20), st.text(max_size=80))
def test_every_title_place_and_text_holds(title: str, place: str, text: str) -> None:
    holds(title, f"page {place}", text)


def holds(title: str, place: str, text: str) -> None:
    """Asserts that two sources of that title and text are read back and cited one by one."""
    passages = tuple(
        Passage(source_label(number, title, place), without_labels(fenced_text(text)).strip())
        for number in (1, 2)
    )
    assert passages_of(fenced_text(text_of(passages))) == passages
    for passage in passages:
        assert named(passage.label, passages) == (passage.label,)
        assert named(f"[{passage.label.upper().lower()}]", passages) in ((passage.label,), ())


def test_a_blueprint_is_a_source_of_its_own() -> None:
    assert blueprint_passage("Blueprint Context\nTopic 1") == (Passage(BLUEPRINT_LABEL, "Topic 1"),)
    assert blueprint_passage("Topic 1") == (Passage(BLUEPRINT_LABEL, "Topic 1"),)
    assert blueprint_passage(" \nBlueprint Context\n") == blueprint_passage("") == ()
