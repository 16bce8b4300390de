"""What the routes about materials answer."""

from typing import TypedDict


class DispatchData(TypedDict):
    enqueued: bool
    triggered: bool


class ProcessData(TypedDict):
    triggered: bool
    processed: int
    succeeded: int
    failed: int
    retried: int
    errors: list[str]
