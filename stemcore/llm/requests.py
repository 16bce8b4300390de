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
    provider_order: Upto10[ProviderName] = ()
    default_provider: ProviderName | None = None


class GenerateBody(Routing):
    """Body of `llm/generate`."""

    system: Text
    user: Text
    temperature: Annotated[Number, Field(ge=0, le=2)] = 0.2
    max_tokens: Annotated[Whole, Field(ge=1, le=MAX_TOKENS)] = 1200
    session_id: str | None = None
    transforms: Upto10[Text] = ()


class EmbeddingsBody(Routing):
    """Body of `llm/embeddings`."""

    inputs: Annotated[
        tuple[Annotated[Text, Field(max_length=MAX_INPUT_CHARS)], ...],
        Field(min_length=1, max_length=MAX_INPUTS, fail_fast=True),
    ]
    sandbox_id: SandboxId = None
