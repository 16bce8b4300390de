"""The graph: recall → think ↔ tools → finish."""

from dataclasses import replace
from functools import cache
from typing import Any, Literal, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from pydantic import TypeAdapter

from chat.engines.langgraph import toolbox
from chat.engines.langgraph.work import Work
from chat.memory.notes import find_notes
from chat.memory.threads import Threads
from stemcore.providers import ToolRound

ROUNDS = TypeAdapter(list[ToolRound])

MOST_STEPS = 20
"""Nodes that one request may pass through; six rounds and the answer need 16."""


class State(TypedDict, total=False):
    """What stands between two steps of one turn, as plain values.

    `rounds` are those of this turn alone; the last one has no outputs while its calls are to be
    made. `answered` is true when the turn has come to its end, where `rounds` and `notes` are None.
    """

    turn: int
    rounds: list[dict[str, Any]] | None
    notes: list[str] | None
    answered: bool


async def recall(state: State, runtime: Runtime[Work]) -> State:
    """The turn begins: nothing of an earlier one is sent to the model again."""
    work = runtime.context
    notes = await find_notes(work.place, work.request.message, work.call)
    work.notes = tuple(notes)
    return {"turn": state.get("turn", 0) + 1, "rounds": [], "notes": notes, "answered": False}


async def think(state: State, runtime: Runtime[Work]) -> State:
    rounds = ROUNDS.validate_python(state["rounds"])
    result = await runtime.context.step(rounds)
    if not result.calls:
        return {"answered": True}
    return {"rounds": ROUNDS.dump_python([*rounds, result.round(())], mode="json")}


async def after_thought(state: State) -> Literal["tools", "finish"]:
    return "finish" if state["answered"] else "tools"


async def tools(state: State, runtime: Runtime[Work]) -> State:
    *rounds, asked = ROUNDS.validate_python(state["rounds"])
    outputs = await toolbox.carry_out(runtime.context, asked.calls)
    return {"rounds": ROUNDS.dump_python([*rounds, replace(asked, outputs=outputs)], mode="json")}


async def finish(state: State, runtime: Runtime[Work]) -> State:
    """The turn ends: what was only needed to answer it is not kept."""
    return {"rounds": None, "notes": None}


@cache
def compiled() -> "CompiledStateGraph[State, Work, State, State]":
    """The graph, made once a process."""
    graph = StateGraph(State, context_schema=Work)
    for node in (recall, think, tools, finish):
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "recall")
    graph.add_edge("recall", "think")
    graph.add_conditional_edges("think", after_thought)
    graph.add_edge("tools", "think")
    graph.add_edge("finish", END)
    return graph.compile(checkpointer=Threads())
