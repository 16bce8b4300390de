"""What is raised when a model's answer cannot be used."""

from collections.abc import Sequence


class UnusableAnswer(Exception):
    """A model's answer that holds no valid typed answer.

    `faults` say what is wrong, one sentence each, fit to be listed to the model when it is asked
    again. `message` is for the caller. Neither ever holds the model's raw output.
    """

    def __init__(self, faults: Sequence[str], message: str) -> None:
        self.faults = tuple(faults)
        self.message = message
        super().__init__(message)
