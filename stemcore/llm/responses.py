"""What the LLM routes answer."""

from stemcore.providers import Provenance


class TextData(Provenance):
    content: str
    """The text as the model gave it."""


class EmbeddingsData(Provenance):
    """One vector an input, in the inputs' order."""

    embeddings: list[list[float]]
    """The vectors, parallel to `inputs`."""
