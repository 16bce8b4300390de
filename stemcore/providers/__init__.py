"""The AI gateway: features say what they want, and know no provider.

    result = await generate(Generation(system=…, user=…), Call("purpose", deadline))
    answer, result = await generate_answer(generation, call, read)
    result = await embed(["text", …], call)

All three raise ProviderError. The process prepares the gateway once (`prepare`); what it keeps in
an event loop are parts of that loop's runtime, which closes them.
"""

from stemcore.answers.errors import UnusableAnswer
from stemcore.providers.errors import ProviderError, ProviderTimedOut
from stemcore.providers.gateway import embed, generate, generate_answer
from stemcore.providers.registry import prepare
from stemcore.providers.types import (
    AnswerSchema,
    Call,
    EmbeddingResult,
    Generation,
    GenerationResult,
    Provenance,
    Usage,
    sum_of,
)

__all__ = [
    "AnswerSchema",
    "Call",
    "EmbeddingResult",
    "Generation",
    "GenerationResult",
    "Provenance",
    "ProviderError",
    "ProviderTimedOut",
    "UnusableAnswer",
    "Usage",
    "embed",
    "generate",
    "generate_answer",
    "prepare",
    "sum_of",
]
