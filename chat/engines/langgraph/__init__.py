"""The graph engine, langgraph_v1: it may call tools before it answers.

Import it in a thread and only when it is asked for: LangGraph takes seconds to import.
"""

from chat.engines.langgraph.engine import run

__all__ = ["run"]
