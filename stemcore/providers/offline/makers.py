"""Answers without a model: each app gives the makers of the answers that it asks for."""

from collections.abc import Callable
from typing import Any

from stemcore.providers.offline.prompt import PromptContent

Json = dict[str, Any]
Maker = Callable[[PromptContent], Json]

MAKERS: dict[str, Maker] = {}
"""Maker by the name of the answer's schema."""

UNKNOWN = "The class materials that I was given do not answer this question."


def makes(schema_name: str) -> Callable[[Maker], Maker]:
    """Makes a function the maker of the answers of that schema."""

    def register(maker: Maker) -> Maker:
        MAKERS[schema_name] = maker
        return maker

    return register


def plain_answer(content: PromptContent) -> str:
    """The statement that fits the question best, or the question's own best sentence."""
    found = content.best()
    return found.text if found else UNKNOWN
