"""Numbers that an operator types are taken in their range, or named."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize(
    ("command", "option", "value"),
    [
        ("serve", "--port", "-1"),
        ("serve", "--port", "99999"),
        ("serve", "--port", "http"),
        ("serve", "--workers", "0"),
        ("serve", "--grace", "-1"),
        ("demo", "--port", "0"),
        ("demo", "--port", "99999"),
    ],
)
def test_a_number_out_of_range_is_refused(command: str, option: str, value: str) -> None:
    with pytest.raises(CommandError, match=rf"argument {option}: must be \d+ to \d+"):
        call_command(command, f"{option}={value}")
