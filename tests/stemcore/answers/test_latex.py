r"""LaTeX with single backslashes inside JSON strings."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemcore.answers.latex import legal_escapes


def parsed(body: str) -> str:
    return str(json.loads(legal_escapes(f'"{body}"')))


@pytest.mark.parametrize(
    "latex",
    [
        r"\alpha",
        r"$\nu$",
        r"$h\nu$",
        r"\(a \ne b\)",
        r"E = h\nu for \lambda",
        r"$$x \neq y$$",
        r"\nabla \times \vec{B}",
        r"\theta_1 + \tan\theta",
        r"2 \times 10^{3}",
        r"\text{m/s}",
        r"x \to \infty",
        r"$\tau$",
        r"\text{if} x",
        r"\frac{a}{b}",
        r"\forall x",
        r"\beta \bar{x} \boxed{1}",
        r"\rho \left( x \right) \rightarrow \rangle",
        r"\underline{u} \uparrow \upsilon",
        r"\( x \) \[ y \] \{ z \} \, \% \_",
        r"\sqrt{2} \cdot \sin x",
        r"\notin \ni",
        r"\alpha\nu",
    ],
)
def test_single_backslashes_come_out_as_latex(latex: str) -> None:
    assert parsed(latex) == latex


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"First.\nSecond", "First.\nSecond"),
        (r"a\n\nb", "a\n\nb"),
        (r"a\nand b", "a\nand b"),
        (r"a\r\nb", "a\r\nb"),
        (r"a\tb", "a\tb"),
        (r"Given:\nu = 3", "Given:\nu = 3"),
        (r"v = 20\nu = 5", "v = 20\nu = 5"),
        (r"more or\nless\tr\tg", "more or\nless\tr\tg"),
        (r"$5\nu = 3 and $6", "$5\nu = 3 and $6"),
        (r"These values\nu = 3", "These values\nu = 3"),
        (r"Steps:\n- one\n1. two\n$x$", "Steps:\n- one\n1. two\n$x$"),
        (r"say \"so\" \/ \\ done", 'say "so" / \\ done'),
        (r"\\frac{a}{b} \\nu", r"\frac{a}{b} \nu"),
        (r"\u00e9\ud83d\ude00", "é😀"),
        (r"it\'s", "it's"),
        (r"\u0000a\ud800b\udc00", "a�b�"),
    ],
)
def test_json_escapes_stay_json_escapes(body: str, text: str) -> None:
    assert parsed(body) == text


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\\")))
def test_it_leaves_the_json_of_text_without_backslashes_alone(text: str) -> None:
    assert json.loads(legal_escapes(json.dumps(text))) == text


@given(st.text(alphabet="\\nutbfrx '{}0aF"))
def test_it_leaves_no_illegal_escape(body: str) -> None:
    # The blanks keep the last backslash from escaping the closing quote.
    json.loads(legal_escapes(f'"{body} x"'), strict=False)
