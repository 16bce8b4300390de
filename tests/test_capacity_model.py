"""The model behind docs/scale.md: rates add up, what waits is rate times time."""

from dataclasses import replace

import pytest

from benchmarks.capacity import page
from benchmarks.capacity.model import (
    CLASS_SIZE,
    LESSON_S,
    OF_A_CLASS,
    OF_A_LEARNER,
    PLACES,
    Cost,
    Place,
    learners_for,
    needed,
    rates,
    total,
)

COST = Cost(10.0, 5.0, 4.0, 20.0, 200.0, 4000.0, 3.0)
COSTS = dict.fromkeys([*OF_A_LEARNER, *OF_A_CLASS], COST)


def test_a_class_asks_for_what_its_learners_and_it_ask_for() -> None:
    asked = sum(rates(CLASS_SIZE, share=1.0, bell=1.0).values()) * LESSON_S
    assert asked == pytest.approx(
        CLASS_SIZE * sum(OF_A_LEARNER.values()) + sum(OF_A_CLASS.values())
    )


def test_what_waits_is_rate_times_time() -> None:
    one = needed(PLACES[1], COSTS, base_mb=100, waiting_kb=50)
    assert one.in_flight == pytest.approx(3.0 * one.requests_s)
    assert one.connections_busy == pytest.approx(0.020 * one.requests_s)
    assert one.cores == pytest.approx(0.010 * one.requests_s)


def test_twice_the_learners_need_twice_as_much_and_never_less_than_two_processes() -> None:
    small, large = (
        needed(Place("", learners, 0.5), COSTS, 100, 50) for learners in (100_000, 200_000)
    )
    assert large.cores == pytest.approx(2 * small.cores)
    assert large.connections == pytest.approx(2 * small.connections, rel=0.2)
    assert needed(Place("", 1, 0.5), COSTS, 100, 50).processes == 2


def test_the_learners_of_a_morning_keep_the_cores_busy_that_were_asked_for() -> None:
    learners = learners_for(0.3, COSTS, share=1.0)
    used = total(rates(learners, 1.0, bell=1.0), COSTS, "cpu_ms") / 1000
    assert used == pytest.approx(0.3)


def test_a_dearer_request_needs_more() -> None:
    dearer = {**COSTS, "messages/send": replace(COST, cpu_ms=40.0)}
    before, after = (needed(PLACES[2], costs, 100, 50).processes for costs in (COSTS, dearer))
    assert after > before


def test_the_page_has_its_marks() -> None:
    text = page.PAGE.read_text()
    assert text.count(page.BEGIN) == text.count(page.END) == 1
