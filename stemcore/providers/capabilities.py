"""What models can and want, as data.

The first row whose pattern fits the model's name (its vendor prefix included, as OpenRouter
writes it) counts. Sources: the model pages of platform.openai.com, ai.google.dev and
openrouter.ai.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from stemcore.answers.schema import AnswerSchema

Format = Literal["schema", "object", "plain"]
"""By JSON schema, as any JSON object, or by the prompt's words alone."""


@dataclass(frozen=True)
class ModelFacts:
    """How a model wants to be asked.

    `thinking_room` is added to the tokens asked for: such models count their thoughts in.
    `most_tokens` bounds the sum. A `tokens_field` of "" stands for none. `refused_schemas` are
    names of schemas for which a plain JSON object is asked for. `formats_beside_tools` says that a
    form of answer can be asked for where tools are on offer, `signs_calls` that calls come with a
    signature that must come back.
    """

    takes_temperature: bool = True
    tokens_field: str = "max_tokens"
    thinking_room: int = 0
    most_tokens: int | None = None
    takes_system: bool = True
    takes_tools: bool = True
    signs_calls: bool = False
    formats_beside_tools: bool = True
    format: Format = "schema"
    refused_schemas: frozenset[str] = frozenset()

    def tokens(self, wanted: int) -> int:
        """The number of tokens to ask for when `wanted` of them shall be visible."""
        asked = wanted + self.thinking_room
        return asked if self.most_tokens is None else min(asked, self.most_tokens)

    def format_for(self, schema: AnswerSchema | None, *, beside_tools: bool = False) -> Format:
        """In which form an answer of that schema is asked for."""
        hindered = beside_tools and self.takes_tools and not self.formats_beside_tools
        if schema is None or self.format == "plain" or hindered:
            return "plain"
        return "object" if schema.name in self.refused_schemas else self.format


@dataclass(frozen=True)
class EmbeddingFacts:
    """Limits of one embedding request; `sizable` models can be asked for a dimension."""

    sizable: bool = False
    max_inputs: int = 256
    max_chars: int = 400_000


THINKING_ROOM = 4096

_MODELS: tuple[tuple[str, str, ModelFacts], ...] = (
    ("openai", r"gpt-\d[\w.]*-chat", ModelFacts(tokens_field="max_completion_tokens")),
    ("openai", r"(o\d|gpt-[5-9])", ModelFacts(False, "max_completion_tokens", THINKING_ROOM)),
    ("openai", r"(gpt-|chatgpt-)", ModelFacts(tokens_field="max_completion_tokens")),
    ("openrouter", r"openai/gpt-\d[\w.]*-chat", ModelFacts()),
    ("openrouter", r"openai/(o\d|gpt-[5-9])", ModelFacts(False, thinking_room=THINKING_ROOM)),
    ("openrouter", r"google/gemini-(2\.5|[3-9])", ModelFacts(thinking_room=THINKING_ROOM)),
    (
        "gemini",
        r"(models/)?gemini-[3-9]",
        ModelFacts(thinking_room=THINKING_ROOM, signs_calls=True),
    ),
    (
        "gemini",
        r"(models/)?gemini-2\.5",
        ModelFacts(thinking_room=THINKING_ROOM, formats_beside_tools=False),
    ),
    ("gemini", r"", ModelFacts(formats_beside_tools=False)),
)

_EMBEDDINGS: tuple[tuple[str, str, EmbeddingFacts], ...] = (
    # They take 2048 inputs; 256 vectors are 8 MB of JSON, and more would hold up the event loop.
    ("openai", r"text-embedding-3", EmbeddingFacts(True, 256, 900_000)),
    ("openai", r"text-embedding-ada", EmbeddingFacts(False, 256, 900_000)),
    ("openrouter", r"openai/text-embedding-3", EmbeddingFacts(True, 256, 900_000)),
    ("openrouter", r"(google/gemini|qwen/qwen3)-embedding", EmbeddingFacts(True, 100)),
    ("gemini", r"(models/)?gemini-embedding", EmbeddingFacts(True, 100)),
    ("gemini", r"", EmbeddingFacts(False, 100)),
)


@cache
def model_facts(provider: str, model: str) -> ModelFacts:
    """The facts of a generation model, the plainest ones for an unknown model."""
    for owner, pattern, facts in _MODELS:
        if owner == provider and re.match(pattern, model):
            return facts
    return ModelFacts()


@cache
def embedding_facts(provider: str, model: str) -> EmbeddingFacts:
    """The facts of an embedding model, cautious ones for an unknown model."""
    for owner, pattern, facts in _EMBEDDINGS:
        if owner == provider and re.match(pattern, model):
            return facts
    return EmbeddingFacts()
