"""Engines: a message and its grounding in, a grounded answer out, over the one gateway."""

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
from stemcore.aside import aside
from stemcore.providers import Budget, Call

__all__ = ["EngineRequest", "EngineResult", "Grounding", "Orchestration", "ToolMode", "run"]

Engine = Callable[[EngineRequest, Call], Awaitable[EngineResult]]

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
        graph = await _graph_engine()
        return await graph(request, call)
    except GraphFailed as failed:
        return (await direct.run(request, call)).after(failed)


_graph: Engine | None = None


async def _graph_engine() -> Engine:
    """The graph engine. LangGraph takes seconds to import, and costs nothing where nobody asks."""
    global _graph
    if _graph is None:
        _graph = await aside(_import_graph)
    return _graph


def _import_graph() -> Engine:
    from chat.engines import langgraph

    return langgraph.run
