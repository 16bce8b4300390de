"""Terms: what of a question is looked for word for word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from materials.terms import MAX_PAIRS, MAX_TERMS, Term, query_terms


def first_spellings(query: str) -> list[str]:
    return [term.spellings[0] for term in query_terms(query)]


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("What does NADP+ do in the Calvin cycle?", ["nadp+", "calvin", "cycle"]),
        ("What is code QX-17?", ["qx-17", "code"]),
        ("Explain F = ma please", ["f=ma"]),
        ("Who made H2SO4?", ["h2so4", "made"]),
        ("Compare kcat/Km of enzymes", ["kcat/km", "compare", "enzyme"]),
        ("What's the pH of water?", ["ph", "water"]),
        ("well-known reaction", ["well-known", "reaction", "known"]),
        ("And what was that?", []),
        ("?!", []),
        ("", []),
    ],
)
def test_it_takes_codes_and_formulas_before_words(query: str, terms: list[str]) -> None:
    assert first_spellings(query) == terms


@pytest.mark.parametrize(
    ("query", "spelling"),
    [
        ("H2SO4", "h₂so₄"),
        ("C₆H₁₂O₆", "c6h12o6"),
        ("NADP+", "nadp⁺"),
        ("Ca2+ ions", "ca²⁺"),
        ("QX‑17", "qx-17"),
        ("QX-17", "qx–17"),
        ("F=ma", "f = ma"),
        ("F = ma", "f=ma"),
        ("a2+b2=c2", "a2 + b2 = c2"),
        ("the ähre", "Ähre"),
    ],
)
def test_it_knows_the_ways_a_term_is_spelled(query: str, spelling: str) -> None:
    assert any(spelling in term.spellings for term in query_terms(query))


def test_it_takes_short_terms_as_whole_words_only() -> None:
    assert query_terms("DNA or NADPH2") == [
        Term(("=dna",), ("dna",), whole=True),
        Term(("nadph", "adph2"), ("nadph2", "nadph₂"), whole=False),
    ]


@pytest.mark.parametrize(
    ("query", "spellings"),
    [
        ("enzymes", ("enzyme",)),
        ("properties", ("property", "properties")),
        ("cells", ("cell", "cells")),
    ],
)
def test_it_looks_for_no_spelling_that_holds_another(
    query: str, spellings: tuple[str, ...]
) -> None:
    """But for short words, which stand by themselves."""
    (term,) = query_terms(query)
    assert term.spellings == spellings


@given(st.text(max_size=500))
def test_it_takes_any_text(query: str) -> None:
    terms = query_terms(query)
    assert len(terms) <= MAX_TERMS + MAX_PAIRS
    for term in terms:
        assert all(spelling.strip() for spelling in term.spellings)
        assert term.pieces
        assert all(piece and not piece.isspace() for piece in term.pieces)
