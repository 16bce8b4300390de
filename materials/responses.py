"""What the routes about materials answer."""

from typing import Literal

from typing_extensions import TypedDict


class DispatchData(TypedDict):
    enqueued: Literal[True]
    """The job is queued, and will be done."""
    triggered: bool
    """Whether a worker was woken; else one comes by later."""


class ProcessData(TypedDict):
    triggered: Literal[True]
    processed: int
    """Jobs that were looked at."""
    succeeded: int
    """Materials that are searchable now."""
    failed: int
    """Jobs that ended for good."""
    retried: int
    """Jobs that will be tried again."""
    errors: list[str]
    """What went wrong, a sentence each."""
