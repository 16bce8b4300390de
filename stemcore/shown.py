"""Texts of answers that are more than texts, for the API's document."""

from typing import Annotated

from pydantic import WithJsonSchema

Id = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Moment = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


def one_of(*words: str) -> WithJsonSchema:
    """A text that is one of these words, as the platform's tables have it."""
    return WithJsonSchema({"type": "string", "enum": list(words)})
