"""Engines: a message and its grounding in, a grounded answer out, over the one gateway."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from chat.engines import direct
from chat.engines.base import (
    EngineRequest,
    EngineResult,
    GraphFailed,
    Grounding,
    Orchestration,
    ToolMode,
)
from stemcore.providers import Budget, Call

__all__ = ["EngineRequest", "EngineResult", "Grounding", "Orchestration", "ToolMode", "run"]

MOST_ANSWERS: Final = 9
"""Answers of models that one request may use, over both engines."""


async def run(request: EngineRequest, hints: Mapping[str, Any], call: Call) -> EngineResult:
    """The answer of the engine that a request's `orchestration_hints` name, else the direct one's.

    Raises ProviderError when no usable answer came.
    """
    call = replace(call, budget=Budget(MOST_ANSWERS))
    if hints.get("engine") != "langgraph_v1":
        return await direct.run(request, call)
    try:
        run_graph = await asyncio.to_thread(_graph_engine)
        return await run_graph(request, call)
    except GraphFailed as failed:
        return (await direct.run(request, call)).after(failed)


def _graph_engine() -> Callable[[EngineRequest, Call], Awaitable[EngineResult]]:
    """The graph engine. LangGraph takes seconds to import, and costs nothing where nobody asks."""
    from chat.engines import langgraph

    return langgraph.run
