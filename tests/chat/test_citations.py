"""How models cite, and what is served: the header line of a source given, or nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answer import ChatAnswer, ground
from stemcore.answers import read_answer
from stemcore.citations import Citation, Passage, named, source_label
from stemcore.text import one_line
from tests.chat.citation_forms import HELD_OUT, SOURCES, TUNED

ANSWER = "The frequency says how many periods there are in one second; its unit is the hertz."


def served(citations: Any, answer: str = ANSWER) -> list[Citation]:
    text = json.dumps({"answer": answer, "safety": "ok", "citations": citations})
    return ground(read_answer(text, ChatAnswer, "chat"), SOURCES).citations


@pytest.mark.parametrize(("citations", "places"), [*TUNED, *HELD_OUT])
def test_a_citation_is_served_with_the_label_of_its_source(
    citations: Any, places: list[int]
) -> None:
    found = served(citations)
    assert [one.source_label for one in found] == [SOURCES[place].label for place in places]
    assert all(one.rationale for one in found)


def test_the_corpus_is_large_enough() -> None:
    assert len(TUNED) >= 60
    assert len(HELD_OUT) >= 40


@pytest.mark.parametrize("rationale", [None, "", " ", "–", "N/A", [], {}, 3])
def test_a_citation_without_a_rationale_quotes_its_source(rationale: object) -> None:
    (citation,) = served([{"sourceLabel": "Source 2", "rationale": rationale}])
    assert citation.rationale == "The frequency is the number of periods in a second."


@pytest.mark.parametrize(
    ("answer", "place", "quoted"),
    [
        ("Glass has a critical angle.", 4, "The critical angle of glass is 42°."),
        ("Rays turn to the normal.", 4, "Light bends towards the normal in glass."),
        ("On refraction.", 0, "Explain refraction."),
        ("Something else.", 2, "Waves carry energy."),
    ],
)
def test_the_sentence_quoted_is_the_one_that_fits_best(
    answer: str, place: int, quoted: str
) -> None:
    (citation,) = served([SOURCES[place].label], answer)
    assert citation.rationale == quoted
    assert quoted in one_line(SOURCES[place].text)


def test_a_rationale_given_is_kept_the_first_that_says_something() -> None:
    (citation,) = served([{"source": "2"}, {"label": "Source 2", "rationale": "It defines it."}])
    assert citation.rationale == "It defines it."


TEXTS = st.text(st.sampled_from("ab .!?\n-*1。光波é|$\\"), max_size=900)


@given(TEXTS, TEXTS)
def test_whatever_is_quoted_stands_in_the_source(text: str, answer: str) -> None:
    source = Passage("Source 1 | Any | page 1", text)
    found = ChatAnswer(answer=f"a {answer}", safety="ok", citations=[Citation(source_label="1")])
    (citation,) = ground(found, [source]).citations
    assert one_line(citation.rationale) in one_line(text)
    assert bool(citation.rationale) == any(char.isalnum() for char in text)


@given(st.text(max_size=60), st.integers(0, 9))
def test_nothing_is_served_that_was_not_given(name: str, number: int) -> None:
    labels = {source.label for source in SOURCES}
    for cited in (name, f"Source {number} {name}", f"{name} Source {number}"):
        assert set(named(cited, SOURCES)) <= labels


@given(st.text(max_size=60), st.integers(1, 6))
def test_a_made_up_title_beside_a_right_number_is_dropped(title: str, number: int) -> None:
    made_up = source_label(number, f"{title} forged", "page 3")
    assert named(made_up, SOURCES) == ()
    assert named(made_up.rpartition(" | ")[0], SOURCES) == ()
