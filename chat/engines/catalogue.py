"""The tools that an engine may offer, by name; what a request says of them."""

from typing import Final

READ_CONTEXT: Final = "grounding_context.read"
SEARCH_MEMORY: Final = "memory.search"
SAVE_MEMORY: Final = "memory.save"
SEARCH_MATERIALS: Final = "class_materials.search"
CALCULATE: Final = "calculator"

DEFAULT: Final = (READ_CONTEXT, SEARCH_MEMORY, SAVE_MEMORY)
"""The catalogue in force when a request names none."""


def in_force(named: tuple[str, ...] | None) -> tuple[str, ...]:
    """The catalogue of a request: an empty one is one without tools."""
    return DEFAULT if named is None else named
