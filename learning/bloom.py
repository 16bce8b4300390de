"""Levels of the revised Bloom taxonomy (Anderson and Krathwohl, 2001)."""

import re
from collections.abc import Mapping
from typing import Literal, get_args

BloomLevel = Literal["remember", "understand", "apply", "analyze", "evaluate", "create"]
BLOOM_LEVELS: tuple[BloomLevel, ...] = get_args(BloomLevel)
"""Lowest level first."""

_OTHER_FORMS: Mapping[BloomLevel, tuple[str, ...]] = {
    "remember": ("remembering", "recall", "knowledge", "recognize", "recognise", "memorize"),
    "understand": ("understanding", "comprehension", "comprehend"),
    "apply": ("applying", "application"),
    "analyze": ("analyzing", "analyse", "analysing", "analysis"),
    "evaluate": ("evaluating", "evaluation"),
    "create": ("creating", "creation", "synthesis", "synthesize"),
}
_LEVEL_OF = {form: level for level, forms in _OTHER_FORMS.items() for form in (level, *forms)}
_WORD = re.compile(r"[a-z]+")


def bloom_level(value: object) -> BloomLevel | None:
    """The first level that a text names in any usual form ("Applying", "3 - Apply"), or None."""
    words = _WORD.findall(value.lower()) if isinstance(value, str) else ()
    return next((_LEVEL_OF[word] for word in words if word in _LEVEL_OF), None)
