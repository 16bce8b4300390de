"""Short forms of what these tests call all the time."""

import asyncio
from collections.abc import Callable
from typing import Any

from stemcore.database import read
from stemcore.deadline import Deadline
from stemcore.models import ProviderCall
from stemcore.providers import (
    Call,
    EmbeddingResult,
    Generation,
    GenerationResult,
    call_log,
    embed,
    generate,
)

SYSTEM = "You are a careful tutor of the class."
USER = "Why is the sky blue, asks pupil Zelda Quux?"


def call(seconds: float = 30.0, **kwargs: Any) -> Call:
    return Call("test_purpose", Deadline.after(seconds), **kwargs)


async def ask(seconds: float = 30.0, **kwargs: Any) -> GenerationResult:
    return await generate(Generation(SYSTEM, USER), call(seconds, **kwargs))


async def embed_texts(*texts: str, seconds: float = 30.0, **kwargs: Any) -> EmbeddingResult:
    return await embed(texts, call(seconds, **kwargs))


async def until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    """Returns when the condition holds, which something outside this loop brings about."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # it is another thread's state
            await asyncio.sleep(0.01)


async def log_rows() -> list[ProviderCall]:
    """The rows of the call log, oldest first."""
    await call_log.flush()
    return await _rows()


@read
def _rows() -> list[ProviderCall]:
    return list(ProviderCall.objects.order_by("id"))
