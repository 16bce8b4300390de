"""A provider that keeps failing is left out for a while."""

import asyncio
from typing import Any

import pytest

from stemcore.providers import ProviderError, gateway
from stemcore.providers.breaker import COOL_OFF_S, THRESHOLD, Breaker
from stemcore.providers.gateway import breaker
from tests.stemcore.providers.calls import ask, embed_texts
from tests.stubs import steps


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_failures_in_a_row_and_closes_after_a_while() -> None:
    clock = Clock()
    circuits = Breaker(clock)
    for _ in range(THRESHOLD):
        assert circuits.lets_through("a")
        circuits.failed("a")
    assert not circuits.lets_through("a")
    assert circuits.lets_through("b")
    clock.now += COOL_OFF_S
    assert circuits.lets_through("a")
    circuits.failed("a")
    assert not circuits.lets_through("a")


def test_it_forgets_failures_after_a_success() -> None:
    circuits = Breaker(Clock())
    for _ in range(THRESHOLD * 3):
        circuits.failed("a")
        circuits.succeeded("a")
        assert circuits.lets_through("a")


def opened(clock: Clock) -> Breaker:
    """A breaker whose circuit `a` was open, just now until the end of the pause."""
    circuits = Breaker(clock)
    for _ in range(THRESHOLD):
        circuits.failed("a")
    clock.now += COOL_OFF_S
    return circuits


def test_it_lets_one_probe_through_after_the_pause() -> None:
    circuits = opened(Clock())
    with circuits.attempt("a"):
        assert not circuits.lets_through("a")
        circuits.succeeded("a")
    assert circuits.lets_through("a")
    with circuits.attempt("a"):
        assert circuits.lets_through("a")


def test_it_stays_open_after_a_probe_that_failed() -> None:
    clock = Clock()
    circuits = opened(clock)
    with circuits.attempt("a"):
        circuits.failed("a")
    assert not circuits.lets_through("a")
    clock.now += COOL_OFF_S
    assert circuits.lets_through("a")


def test_it_lets_the_next_probe_through_when_one_came_to_nothing() -> None:
    circuits = opened(Clock())
    with pytest.raises(asyncio.CancelledError), circuits.attempt("a"):
        raise asyncio.CancelledError
    assert circuits.lets_through("a")


async def test_it_leaves_out_a_provider_that_keeps_failing(providers: Any) -> None:
    providers.openrouter.always(steps.error(401))
    for _ in range(THRESHOLD + 3):
        assert (await ask()).provider == "openai"
    assert len(providers.openrouter.received) == THRESHOLD


async def test_it_still_asks_the_only_provider(providers: Any) -> None:
    providers.configure("openai")
    providers.always(steps.error(401))
    for _ in range(THRESHOLD + 2):
        with pytest.raises(ProviderError):
            await ask()
    providers.always(None)
    assert (await ask()).provider == "openai"


async def test_it_asks_all_in_their_order_when_all_are_left_out(providers: Any) -> None:
    for name in ("openrouter", "openai", "gemini"):
        for _ in range(THRESHOLD):
            breaker.failed((name, "generation"))
    assert (await ask()).provider == "openrouter"


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_it_blames_no_provider_for_a_request_that_it_denies(
    providers: Any, status: int
) -> None:
    providers.openrouter.always(steps.error(status))
    for _ in range(THRESHOLD + 1):
        await ask()
    assert len(providers.openrouter.received) == THRESHOLD + 1


async def test_it_blames_no_provider_for_callers_in_a_hurry(providers: Any) -> None:
    providers.always(steps.slow(0.4))
    for _ in range(THRESHOLD):
        with pytest.raises(ProviderError, match="timed out"):
            await ask(0.6)
    assert (await ask(60)).provider == "openrouter"


async def test_it_blames_a_provider_that_had_a_fair_chance(
    providers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(gateway.FAIR_CHANCE_S, "generation", 0.001)
    providers.openrouter.always(steps.hang())
    for _ in range(THRESHOLD):
        with pytest.raises(ProviderError, match="timed out"):
            await ask(0.2, provider_order=("openrouter",))
    assert (await ask()).provider == "openai"
    assert len(providers.openrouter.received) == THRESHOLD


async def test_it_sends_one_of_many_callers_to_probe(
    providers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(breaker, "_clock", clock)
    for _ in range(THRESHOLD):
        breaker.failed(("openrouter", "generation"))
    clock.now += COOL_OFF_S
    providers.openrouter.script(steps.slow(0.5, "probe"))
    results = await asyncio.gather(*(ask() for _ in range(8)))
    assert [result.provider for result in results] == ["openrouter"] + ["openai"] * 7
    assert (await ask()).provider == "openrouter"


async def test_it_keeps_generation_and_embedding_apart(providers: Any) -> None:
    for _ in range(THRESHOLD):
        breaker.failed(("openrouter", "embedding"))
    assert (await embed_texts("text")).provider == "openai"
    assert (await ask()).provider == "openrouter"
