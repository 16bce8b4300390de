"""The deadline of a request counts from its arrival, whatever it waited for before its work."""

from collections.abc import Iterator
from time import monotonic

import pytest

from stemcore.context import arrived_at
from stemcore.deadline import Deadline


@pytest.fixture
def arrived() -> Iterator[float]:
    """A request that arrived ten seconds ago; says when."""
    moment = monotonic() - 10
    token = arrived_at.set(moment)
    yield moment
    arrived_at.reset(token)


def test_time_spent_waiting_is_taken_off(arrived: float) -> None:
    assert Deadline.for_request(30_000, 5_000).at == pytest.approx(arrived + 29.4)


def test_a_caller_that_has_given_up_leaves_no_time(arrived: float) -> None:
    assert Deadline.for_request(8_000, 5_000).expired


@pytest.mark.parametrize("timeout_ms", [None, 0, -1])
def test_the_default_counts_in_full(arrived: float, timeout_ms: int | None) -> None:
    assert Deadline.for_request(timeout_ms, 5_000).remaining() == pytest.approx(5, abs=1)


def test_it_counts_from_now_outside_a_request() -> None:
    assert Deadline.for_request(30_000, 5_000).remaining() == pytest.approx(29.4, abs=1)
