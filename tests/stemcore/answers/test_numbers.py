"""Numbers in text."""

import pytest
from pydantic import ValidationError

from stemcore.answers import Answer, Number, Whole
from stemcore.answers.numbers import number_in


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,500", 1500),
        ("1 500", 1500),
        ("1'500.25", 1500.25),
        ("12\u202f345\u202f678", 12345678),
        ("3,5", 3.5),
        ("0,500", 0.5),
        ("−5", -5),
        ("–0.5", -0.5),
        ("+3", 3),
        ("≈ 3.1", 3.1),
        ("5 %", 5),
        ("30°", 30),
        ("20 °C", 20),
        ("300 K", 300),
        ("6 m/s", 6),
        ("9.81 m/s²", 9.81),
        ("9.81 m/s^2", 9.81),
        ("3 kg·m²·s⁻²", 3),
        ("12 meters per second", 12),
        ("$5", 5),
        ("1.5e3 Pa", 1500),
        ("6.02 × 10^23", 6.02e23),
        ("6,02·10²³ mol⁻¹", 6.02e23),
        ("10⁻⁶ m", 1e-6),
        ("2 x 10^{8} m/s", 2e8),
    ],
)
def test_it_reads(text: str, number: float) -> None:
    assert number_in(text) == number


NO_NUMBERS = """five | 3 to 5 | 5-10 | 5 or 6 m | 2 million | 15k | 1/2 | 5 (about) | 12,34,567 |
3; 4 | x = 3 | 1.2.3 | | 5 mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm"""


@pytest.mark.parametrize("text", [*NO_NUMBERS.split("|"), "5" * 100])
def test_it_does_not_guess(text: str) -> None:
    assert number_in(text) is None


class Measured(Answer):
    value: Number
    count: Whole = 0


def test_fields_take_numbers_in_any_form() -> None:
    assert Measured.model_validate({"value": "1,500 m", "count": "3."}) == Measured(
        value=1500, count=3
    )
    assert Measured.model_validate({"value": -2, "count": 4.0}) == Measured(value=-2, count=4)


@pytest.mark.parametrize("value", [True, "much", "1e999", None, [1], "3 to 5"])
def test_fields_take_nothing_else(value: object) -> None:
    with pytest.raises(ValidationError):
        Measured.model_validate({"value": value})
