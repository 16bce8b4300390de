"""Answers that are read, and asked for again when they cannot be used."""

import json
import threading
from typing import Any

import pytest

from stemcore.providers import (
    Generation,
    ProviderError,
    ProviderTimedOut,
    UnusableAnswer,
    generate_answer,
)
from tests.stemcore.providers.calls import SYSTEM, USER, call, log_rows
from tests.stubs import steps

ASKED = Generation(SYSTEM, USER)


def read(content: str) -> int:
    try:
        return int(json.loads(content)["number"])
    except (ValueError, KeyError, TypeError):
        raise UnusableAnswer(
            ["number: is missing", "text: is too long"], "Invalid test JSON: number: is missing"
        ) from None


async def test_it_returns_what_was_read_and_how_it_was_made(providers: Any) -> None:
    providers.script(steps.answer('{"number": 42}'))
    value, result = await generate_answer(ASKED, call(), read)
    assert (value, result.content, result.provider) == (42, '{"number": 42}', "openrouter")


async def test_it_asks_the_same_provider_again_with_the_faults(providers: Any) -> None:
    providers.script(steps.answer("no idea"), steps.answer('{"number": 42}'))
    value, result = await generate_answer(ASKED, call(), read)
    assert (value, result.provider) == (42, "openrouter")
    first, second = providers.prompts
    assert (first.system, first.user) == (SYSTEM, USER)
    assert second.system == SYSTEM
    assert second.user.startswith(USER)
    assert "- number: is missing\n- text: is too long" in second.user
    assert "no idea" not in second.user


async def test_it_asks_again_only_once_then_the_next_with_the_original(providers: Any) -> None:
    providers.openrouter.always(steps.answer("no idea"))
    providers.openai.always(steps.answer('{"number": 7}'))
    value, result = await generate_answer(ASKED, call(), read)
    assert (value, result.provider) == (7, "openai")
    assert [request.provider for request in providers.prompts] == ["openrouter"] * 2 + ["openai"]
    assert providers.prompts[2].user == USER


async def test_it_asks_again_once_in_a_whole_call(providers: Any) -> None:
    providers.always(steps.answer("no idea"))
    with pytest.raises(ProviderError, match="Invalid test JSON: number: is missing"):
        await generate_answer(ASKED, call(), read)
    asked = [request.provider for request in providers.prompts]
    assert asked == ["openrouter", "openrouter", "openai", "gemini"]
    kinds = {row.error_kind for row in await log_rows()}
    assert kinds == {"unusable"}


async def test_it_counts_the_tokens_of_an_unusable_answer(providers: Any) -> None:
    providers.script(steps.answer("no idea"), steps.answer('{"number": 1}'))
    await generate_answer(ASKED, call(), read)
    assert [row.total_tokens for row in await log_rows()] == [18, 18]


async def test_it_does_not_ask_again_without_time(providers: Any) -> None:
    providers.configure("openai")
    providers.script(steps.answer("no idea"))
    providers.always(steps.hang())
    with pytest.raises(ProviderTimedOut, match="timed out"):
        await generate_answer(ASKED, call(0.3), read)


async def test_it_moves_on_when_the_code_that_reads_fails(
    providers: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def reads_numbers(content: str) -> float:
        return 1 / len(content.strip("0"))

    providers.openrouter.always(steps.answer("000"))
    value, result = await generate_answer(ASKED, call(), reads_numbers)
    assert (value > 0, result.provider) == (True, "openai")
    first, _ = await log_rows()
    assert (first.status, first.error_kind) == ("failed", "unreadable")
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(("padding", "is_aside"), [(0, False), (60_000, True)])
async def test_it_reads_long_answers_beside_the_event_loop(
    providers: Any, padding: int, is_aside: bool
) -> None:
    providers.script(steps.answer('{"number": 42}' + " " * padding))
    threads = []

    def read_and_note(content: str) -> int:
        threads.append(threading.current_thread())
        return read(content)

    value, _ = await generate_answer(ASKED, call(), read_and_note)
    assert value == 42
    assert (threads[0] is not threading.current_thread()) == is_aside


async def test_faults_of_a_long_answer_reach_the_model_too(providers: Any) -> None:
    providers.script(steps.answer("no idea" * 10_000), steps.answer('{"number": 42}'))
    value, _ = await generate_answer(ASKED, call(), read)
    assert value == 42
    assert "- number: is missing" in providers.prompts[1].user
