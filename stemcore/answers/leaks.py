"""The guard that no answer repeats the instructions of its prompt."""

from collections.abc import Iterable

from stemcore.answers.errors import UnusableAnswer
from stemcore.prompts import Prompt


def refuse_leak(prompt: Prompt, texts: Iterable[str], label: str) -> None:
    """Raises UnusableAnswer when one of an answer's texts repeats the prompt's instructions."""
    if prompt.leaks_into(*texts):
        raise UnusableAnswer.invalid(label, ["the answer must not repeat its instructions"])
