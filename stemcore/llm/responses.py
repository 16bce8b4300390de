"""What the LLM routes answer."""

from stemcore.providers import Provenance


class TextData(Provenance):
    content: str


class EmbeddingsData(Provenance):
    """One vector an input, in the inputs' order."""

    embeddings: list[list[float]]
