"""One deadline for a whole call, and a fair share of it for each provider."""

import asyncio
from time import monotonic
from typing import Any

import pytest
from django.utils import timezone

from stemcore.providers import ProviderError, ProviderTimedOut
from tests.steadiness import undisturbed
from tests.stemcore.providers.calls import ask, embed_texts, log_rows, until
from tests.stubs import steps

SLACK_S = 5.0
"""What a busy machine may add."""


@pytest.mark.parametrize("step", [steps.hang(), steps.drip(), steps.slow(30)])
async def test_it_ends_at_the_deadline_whatever_the_providers_do(
    providers: Any, step: steps.Step
) -> None:
    async def ends() -> None:
        providers.reset()
        providers.always(step)
        started = monotonic()
        with pytest.raises(ProviderTimedOut, match="timed out"):
            await ask(3)
        assert 2.5 < monotonic() - started < 3 + SLACK_S
        assert len(providers.received) == 3

    await undisturbed(ends, 0.5)  # of the second that each has


async def test_it_gives_each_provider_its_share(providers: Any) -> None:
    providers.always(steps.hang())
    began = timezone.now()
    with pytest.raises(ProviderTimedOut):
        await ask(0.6)
    # Of what was left when it was asked: who was late has taken of the others' time.
    rows = await log_rows()
    assert rows
    for others, row in zip((3, 2, 1), rows, strict=False):
        share = (0.6 - (row.created_at - began).total_seconds()) / others
        assert share - 0.05 <= row.latency_ms / 1000 <= share + SLACK_S


async def test_it_leaves_what_a_quick_failure_saved_to_the_others(providers: Any) -> None:
    providers.configure("openrouter", "openai")
    providers.openrouter.always(steps.error(401))
    providers.openai.always(steps.slow(0.3))
    assert (await ask(5)).provider == "openai"


async def test_it_gives_the_only_provider_all_the_time(providers: Any) -> None:
    providers.configure("openai")
    providers.openai.always(steps.slow(0.3))
    assert (await ask(5)).content == "late"


async def test_it_asks_nobody_when_the_time_is_over(providers: Any) -> None:
    with pytest.raises(ProviderTimedOut, match="timed out"):
        await ask(0)
    assert providers.received == []


async def test_it_says_timed_out_when_the_others_had_no_time_left(providers: Any) -> None:
    providers.configure("openrouter", "openai")
    providers.openrouter.always(steps.error(401))
    providers.openai.always(steps.hang())
    with pytest.raises(ProviderTimedOut, match="openai timed out"):
        await ask(2)


async def test_it_ends_embeddings_at_the_deadline_too(providers: Any) -> None:
    providers.always_embeddings(steps.hang())
    with pytest.raises(ProviderTimedOut, match="timed out"):
        await embed_texts("text", seconds=0.3)


async def test_it_stops_when_its_caller_leaves(providers: Any) -> None:
    providers.configure("openai")
    providers.always(steps.hang())
    task = asyncio.create_task(ask(30))
    await until(lambda: providers.openai.in_flight)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (row,) = await log_rows()
    assert (row.status, row.error_kind) == ("cancelled", "cancelled")
    # The connection is closed, so the provider stops as well.
    await until(lambda: not providers.openai.in_flight)


async def test_it_frees_the_connection_of_a_timed_out_attempt(providers: Any) -> None:
    providers.configure("openai")
    providers.script(steps.drip())
    with pytest.raises(ProviderError):
        await ask(0.2)
    await until(lambda: not providers.openai.in_flight)
    assert (await ask(5)).content
