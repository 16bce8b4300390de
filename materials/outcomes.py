"""What became of a batch of jobs, as a worker counts it."""

from dataclasses import dataclass
from typing import TypedDict


class OutcomesData(TypedDict):
    processed: int
    succeeded: int
    failed: int
    retried: int
    errors: list[str]


@dataclass(frozen=True)
class Outcomes:
    """`errors` are sentences, one for each job that did not succeed, as far as they are known."""

    succeeded: int = 0
    failed: int = 0
    retried: int = 0
    processed: int = 0
    errors: tuple[str, ...] = ()

    def as_data(self) -> OutcomesData:
        return {
            "processed": self.processed,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "retried": self.retried,
            "errors": list(self.errors),
        }
