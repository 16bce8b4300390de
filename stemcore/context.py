"""What belongs to the request in hand and is needed far from the view."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the request in hand, empty outside one (commands, workers)."""

arrived_at: ContextVar[float | None] = ContextVar("arrived_at", default=None)
"""When the request in hand arrived, on the monotonic clock; None outside one."""

answer_due: ContextVar[float | None] = ContextVar("answer_due", default=None)
"""When the caller of the request in hand gives up, on the monotonic clock; None if unknown."""
