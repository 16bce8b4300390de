"""What requests to the LLM routes may carry."""

from typing import Annotated, Literal

from pydantic import Field

from stemcore.api.body import Body, Number, SandboxId, Text, TimeoutMs, Upto10, Whole

ProviderName = Literal["openrouter", "openai", "gemini", "offline"]

MAX_TOKENS = 200_000
MAX_INPUTS = 1024
MAX_INPUT_CHARS = 100_000


class Routing(Body):
    """Fields by which a request chooses its providers and its time."""

    timeout_ms: TimeoutMs | None = None
    """Milliseconds until the caller gives up; zero and below count as absent."""
    provider_order: Upto10[ProviderName] = ()
    """The providers to ask, in order; those that are not configured are left out."""
    default_provider: ProviderName | None = None
    """The provider to ask first."""


class GenerateBody(Routing):
    """Body of `llm/generate`."""

    examples = {
        "A short text": {
            "system": "You explain to a student of grade 11 in two sentences.",
            "user": "Why do cells need ATP?",
        }
    }

    system: Text
    """What the model is told to be and do."""
    user: Text
    """What it is asked."""
    temperature: Annotated[Number, Field(ge=0, le=2)] = 0.2
    """How freely it chooses its words."""
    max_tokens: Annotated[Whole, Field(ge=1, le=MAX_TOKENS)] = 1200
    """How long the answer may be."""
    session_id: str | None = None
    """OpenRouter's: the conversation that this call belongs to."""
    transforms: Upto10[Text] = ()
    """OpenRouter's: what may be done to a prompt that is too long."""


class EmbeddingsBody(Routing):
    """Body of `llm/embeddings`."""

    examples = {"Two texts": {"inputs": ["Chlorophyll absorbs light.", "ATP stores energy."]}}

    inputs: Annotated[
        tuple[Annotated[Text, Field(max_length=MAX_INPUT_CHARS)], ...],
        Field(min_length=1, max_length=MAX_INPUTS, fail_fast=True),
    ]
    """The texts."""
    sandbox_id: SandboxId = None
    """The sandbox of a guest."""
