"""Engines: a message and its grounding in, a grounded answer out, over the one gateway."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from chat.engines import direct
from chat.engines.base import (
    Asking,
    EngineResult,
    GraphFailed,
    Grounding,
    Orchestration,
    Said,
    ToolMode,
)
from stemcore.providers import Budget, Call

__all__ = ["Asking", "EngineResult", "Grounding", "Orchestration", "Said", "ToolMode", "run"]

MOST_ANSWERS: Final = 9
"""Answers of models that one request may use, over both engines."""


async def run(asking: Asking, hints: Mapping[str, Any], call: Call) -> EngineResult:
    """The answer of the engine that a request's `orchestration_hints` name, else the direct one's.

    Raises ProviderError when no usable answer came.
    """
    call = replace(call, budget=Budget(MOST_ANSWERS))
    if hints.get("engine") != "langgraph_v1":
        return await direct.run(asking, call)
    try:
        run_graph = await asyncio.to_thread(_graph_engine)
        return await run_graph(asking, call)
    except GraphFailed as failed:
        return (await direct.run(asking, call)).after(failed)


def _graph_engine() -> Callable[[Asking, Call], Awaitable[EngineResult]]:
    """The graph engine. LangGraph takes seconds to import, and costs nothing where nobody asks."""
    from chat.engines import langgraph

    return langgraph.run
