"""Texts that came out well or badly, told apart without knowing their file."""

import pytest

from materials.quality import is_language


@pytest.mark.parametrize(
    "text",
    [
        "Justin",
        "Booked balance in EUR 1,406,164.00",
        "0 2 4 6 8",
        "Sprzedaży żółtej łódki nikt się nie spodziewał",
        "甲方：中国饮料有限公司（盖章）",
        "\\newcommand{\\cClifford}{\\operatorname{Cl}} of the package",
        "Скорость света в вакууме",
    ],
)
def test_texts_of_words_or_numbers_are_language(text: str) -> None:
    assert is_language(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7KH ODZ VWDWHV WKDW IRUFH LV PDVV",
        "!\"#$%&' ()*+ ,-./",
        "ƗǂɖʘɮƔʤǁ ɸƻƾɕʬ",
        "\x01\x02\x03\x04",
    ],
)
def test_letters_that_stand_for_others_are_none(text: str) -> None:
    assert not is_language(text)
