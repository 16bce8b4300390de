"""Engines: a message and its grounding in, a grounded answer out, over the one gateway."""

from collections.abc import Mapping
from typing import Any

from chat.engines import direct
from chat.engines.base import Asking, EngineResult, Grounding, Orchestration, Said, ToolMode
from stemcore.providers import Call

__all__ = ["Asking", "EngineResult", "Grounding", "Orchestration", "Said", "ToolMode", "run"]

NO_GRAPH = "langgraph_v1 is not available here; direct_v1 answered."


async def run(asking: Asking, hints: Mapping[str, Any], call: Call) -> EngineResult:
    """The answer of the engine that a request's `orchestration_hints` name, else the direct one's.

    Raises ProviderError when no usable answer came.
    """
    result = await direct.run(asking, call)
    return result.noted(NO_GRAPH) if hints.get("engine") == "langgraph_v1" else result
