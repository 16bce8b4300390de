"""Running the graph for a request, and what becomes of a run that gives no answer."""

from dataclasses import replace
from typing import Final

from langchain_core.runnables import RunnableConfig
from langsmith import tracing_context
from structlog import get_logger

from chat.engines.base import EngineRequest, EngineResult, GraphFailed, Orchestration
from chat.engines.langgraph import (  # noqa: F401  # they add their tools
    calculator,
    memory_tools,
    reading_tools,
)
from chat.engines.langgraph.graph import MOST_STEPS, compiled
from chat.engines.langgraph.toolbox import offered
from chat.engines.langgraph.work import Work
from chat.memory.threads import PLACE
from stemcore.providers import Call, ProviderError, ProviderTimedOut

log = get_logger(__name__)

SHARE: Final = 0.75
"""How much of the request's time the graph may use; the rest is the direct engine's."""


async def run(request: EngineRequest, call: Call) -> EngineResult:
    """The grounded answer to a message. Raises GraphFailed when the graph gives none."""
    deadline = call.deadline.at_most(call.deadline.remaining() * SHARE)
    tools = () if request.tool_mode == "off" else offered(request.tool_catalog)
    work = Work(request, replace(call, deadline=deadline), tools)
    try:
        # Whatever the environment says, nothing of a conversation goes to a tracing service.
        with tracing_context(enabled=False):
            await compiled().ainvoke({}, _config(work), context=work, durability="exit")
    except ProviderTimedOut:
        raise _failed(work, "langgraph_v1 timed out; direct_v1 answered.") from None
    except ProviderError:
        raise _failed(work, "langgraph_v1 got no valid answer; direct_v1 answered.") from None
    except Exception as error:  # the direct engine answers then
        log.warning("chat_graph_failed", exc_info=error)
        raise _failed(work, "langgraph_v1 failed; direct_v1 answered.") from None
    return _result(work)


def _config(work: Work) -> RunnableConfig:
    place = work.place
    return {
        "recursion_limit": MOST_STEPS,
        "configurable": {"thread_id": place.key, PLACE: place},
    }


def _failed(work: Work, why: str) -> GraphFailed:
    return GraphFailed(why, work.spent, tuple(work.records))


def _result(work: Work) -> EngineResult:
    request, spent = work.request, work.spent
    if work.answer is None or spent is None:
        raise _failed(work, "langgraph_v1 ended without an answer; direct_v1 answered.")
    orchestration = Orchestration(
        "langgraph_v1",
        request.tool_mode,
        tuple(work.records),
        request.tool_catalog,
        _notes(work),
    )
    return EngineResult(work.answer, spent, orchestration)


def _notes(work: Work) -> str:
    called = sum(record["type"] == "tool_call" for record in work.records)
    steps = len(work.results)
    if work.request.tool_mode == "off":
        return "A graph without tools."
    what = "planned" if work.request.tool_mode == "plan" else "made"
    return f"{steps} step{'s' * (steps != 1)}, {called} tool call{'s' * (called != 1)} {what}."
