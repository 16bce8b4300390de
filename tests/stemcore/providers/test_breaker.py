"""A provider that keeps failing is left out for a while."""

from typing import Any

import pytest

from stemcore.providers import ProviderError
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


async def test_it_blames_no_provider_for_a_bad_request(providers: Any) -> None:
    providers.openrouter.always(steps.error(400))
    for _ in range(THRESHOLD + 1):
        await ask()
    assert len(providers.openrouter.received) == THRESHOLD + 1


async def test_it_keeps_generation_and_embedding_apart(providers: Any) -> None:
    for _ in range(THRESHOLD):
        breaker.failed(("openrouter", "embedding"))
    assert (await embed_texts("text")).provider == "openai"
    assert (await ask()).provider == "openrouter"
