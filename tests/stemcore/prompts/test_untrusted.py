"""What is left of untrusted text before it goes into a prompt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemcore.prompts import is_blank, trimmed, visible_text


@pytest.mark.parametrize(
    "text",
    [
        "Plain text, with\ttabs\nand lines.",
        "می\u200cخواهم",  # Persian needs its non-joiner
        "क्\u200dष",  # Devanagari needs its joiner
        "👩\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f⃣",
        "$\\frac{1}{2}$ ≤ ½ · H₂O → NADP⁺",
        "日本語と한국어",
    ],
)
def test_it_keeps_what_people_write(text: str) -> None:
    assert visible_text(text) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "\u200b",
        "\u200d",
        "\u2060",
        "\ufeff",
        "\u202e",
        "\u2066",
        "\u00ad",
        "\ufe0f",
        "\U000e0041\U000e0042",
        "\U000e0100",
        "\x00",
        "\x07",
        "\x1b",
        "\x9b",
        "\ufff9",
        "\u3164",
    ],
)
def test_it_removes_what_nobody_sees(hidden: str) -> None:
    assert visible_text(f"ab{hidden}cd") == "abcd"


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\u0085", "\u2028", "\u2029", "\x0b", "\x0c"])
def test_it_brings_line_breaks_to_one_kind(line_break: str) -> None:
    assert visible_text(f"a{line_break}b") == "a\nb"


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_it_always_leaves_text_that_can_be_encoded(text: str) -> None:
    cleaned = visible_text(text)
    cleaned.encode()
    assert "\x00" not in cleaned


@pytest.mark.parametrize(
    "text", ["", " \n", "\x00", "\u200b", "\u00ad\ufeff", "\u200d \ufe0f", "\u2800"]
)
def test_a_text_without_anything_to_see_is_blank(text: str) -> None:
    assert is_blank(text)
    assert trimmed(text) == ""


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_what_a_person_sees_of_a_text_is_blank_only_when_the_text_is(text: str) -> None:
    assert is_blank(visible_text(text)) or not is_blank(text)
