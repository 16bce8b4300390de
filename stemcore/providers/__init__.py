"""The AI gateway: features say what they want, and know no provider.

    result = await generate(Generation(system=…, user=…), Call("purpose", deadline))
    answer, result = await generate_answer(generation, call, read)
    value, result = await generate_step(generation_with_tools, call, read)
    result = await embed(["text", …], call)

All raise ProviderError. The process prepares the gateway once (`prepare`); what it keeps in
an event loop are parts of that loop's runtime, which closes them.
"""

from stemcore.answers.errors import UnusableAnswer
from stemcore.providers.errors import ProviderError, ProviderTimedOut
from stemcore.providers.gateway import embed, generate, generate_answer, generate_step
from stemcore.providers.registry import prepare
from stemcore.providers.tools import Tool, ToolCall, ToolRound
from stemcore.providers.types import (
    AnswerSchema,
    Budget,
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
    "Budget",
    "Call",
    "EmbeddingResult",
    "Generation",
    "GenerationResult",
    "Provenance",
    "ProviderError",
    "ProviderTimedOut",
    "Tool",
    "ToolCall",
    "ToolRound",
    "UnusableAnswer",
    "Usage",
    "embed",
    "generate",
    "generate_answer",
    "generate_step",
    "prepare",
    "sum_of",
]
