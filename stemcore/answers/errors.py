"""What is raised when a model's answer cannot be used."""

from collections.abc import Sequence
from typing import Self

_MAX_LISTED = 8


class UnusableAnswer(Exception):
    """A model's answer that holds no valid typed answer.

    `faults` say what is wrong, one sentence each, fit to be listed to the model when it is asked
    again. `message` is for the caller. Neither ever holds the model's raw output.
    """

    def __init__(self, faults: Sequence[str], message: str) -> None:
        self.faults = tuple(faults)
        self.message = message
        super().__init__(message)

    @classmethod
    def invalid(cls, label: str, faults: Sequence[str]) -> Self:
        """The error of an answer that breaks rules; its message lists the first of the faults."""
        return cls(faults, f"Invalid {label} JSON: {_listed(faults)}")


def _listed(faults: Sequence[str]) -> str:
    left_out = len(faults) - _MAX_LISTED
    more = f"; and {left_out} more" if left_out > 0 else ""
    return "; ".join(faults[:_MAX_LISTED]) + more
