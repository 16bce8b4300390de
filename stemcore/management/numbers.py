"""Numbers that an operator types."""

from argparse import ArgumentTypeError
from collections.abc import Callable

LAST_PORT = 65_535


def whole(least: int, most: int) -> Callable[[str], int]:
    """The `type` of an argument that is a whole number from `least` to `most`."""

    def read(typed: str) -> int:
        try:
            number = int(typed)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise ArgumentTypeError(f"must be {least} to {most}")
        return number

    return read
