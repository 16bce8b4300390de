"""Words: one form, one list of fillers, one rule for plurals."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemcore.text import normal_form
from stemcore.words import FUNCTION_WORDS, STOP_WORDS, folded, singular, stem


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (unicodedata.normalize("NFD", "cinétique"), "cinétique"),
        ("photo\u00adsynthesis", "photosynthesis"),
        ("in\ufb02ux e\ufb03cient", "influx efficient"),
        ("a\u200bb\u200dc\ufeff", "abc"),
        ("\ufeb3\ufefc\ufee1", "سلام"),
        ("10²³ H₂O ½ Å", "10²³ H₂O ½ Å"),
        ("plain\ntext", "plain\ntext"),
    ],
)
def test_a_text_has_one_normal_form(text: str, form: str) -> None:
    assert normal_form(text) == form


@given(st.text())
def test_the_normal_form_stays_as_it_is(text: str) -> None:
    once = normal_form(text)
    assert normal_form(once) == once
    assert normal_form(unicodedata.normalize("NFD", text)) == once


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("H₂SO₄", "h2so4"),
        ("QX‑17", "qx-17"),
        ("Ａ＝Ｂ", "a=b"),
        ("STRASSE straße", "strasse strasse"),
    ],
)
def test_folding_forgets_case_width_and_position(text: str, form: str) -> None:
    assert folded(text) == form


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("enzymes", "enzyme"),
        ("cells", "cell"),
        ("properties", "property"),
        ("ions", "ion"),
        ("ties", "tie"),
        ("classes", "class"),
        ("boxes", "box"),
        ("axis", "axis"),
        ("mass", "mass"),
        ("virus", "virus"),
        ("gas", "gas"),
        ("it's", "it's"),
        ("", ""),
    ],
)
def test_a_plural_is_its_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


@given(st.text(max_size=12))
def test_no_rule_makes_a_word_longer_or_empty(word: str) -> None:
    assert len(singular(word)) <= len(word)
    assert bool(singular(word)) == bool(word)
    assert word.startswith(stem(word))


def test_what_tells_two_questions_apart_is_no_function_word() -> None:
    assert {"not", "no", "before", "after", "above", "below", "all", "only"} <= STOP_WORDS
    assert not {"not", "no", "before", "after", "above", "below", "all", "only"} & FUNCTION_WORDS
