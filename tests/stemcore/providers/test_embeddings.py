"""Embeddings: one each, in order, of one dimension, or a failed attempt."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemcore.providers import ProviderError, Usage
from stemcore.providers.base import batches
from stemcore.providers.capabilities import EmbeddingFacts
from tests.stemcore.providers.calls import embed_texts, log_rows
from tests.stubs import steps
from tests.stubs.wire import hashed

NAN = b'{"data": [{"index": 0, "embedding": [NaN, 1]}], "embeddings": [{"values": [NaN, 1]}]}'
HUGE = NAN.replace(b"NaN", b"1e999")
TEXTS = ("photosynthesis in leaves", "cell respiration", "the mitochondrion")


@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
async def test_it_embeds_in_order_and_in_our_dimension(providers: Any, name: str) -> None:
    result = await embed_texts(*TEXTS, default_provider=name)
    assert result.provider == name
    assert result.embeddings == [hashed(text, 1536) for text in TEXTS]
    (request,) = providers.received
    if name == "gemini":
        assert request.path.endswith("/models/gemini-embedding-001:batchEmbedContents")
        assert [item["outputDimensionality"] for item in request.body["requests"]] == [1536] * 3
        assert result.usage is None
    else:
        assert request.path.endswith("/v1/embeddings")
        assert request.body["dimensions"] == 1536
        assert result.usage == Usage(5, None, 5)


async def test_it_gives_one_embedding_a_text_with_gemini_models_that_merge_parts(
    providers: Any,
) -> None:
    providers.configure("gemini", embedding_model="gemini-embedding-2")
    assert len((await embed_texts(*TEXTS)).embeddings) == 3


async def test_it_asks_no_dimension_of_a_model_that_has_only_one(providers: Any) -> None:
    providers.configure("openai", embedding_model="text-embedding-ada-002")
    await embed_texts("text")
    assert "dimensions" not in providers.received[0].body


async def test_it_restores_the_order(providers: Any) -> None:
    providers.configure("openai")
    providers.script_embeddings(steps.vectors([1.0], [2.0], [3.0], order=[2, 0, 1]))
    assert (await embed_texts(*TEXTS)).embeddings == [[1.0], [2.0], [3.0]]


@pytest.mark.parametrize(
    "step",
    [
        steps.vectors([1.0], [2.0]),
        steps.vectors([1.0], [2.0], [3.0], [4.0]),
        steps.vectors([1.0], [2.0], [3.0], order=[0, 1, 1]),
        steps.vectors([1.0], [2.0], [3.0, 4.0]),
        steps.vectors([], [], []),
        steps.vectors(),
        steps.vectors([float("nan")], [2.0], [3.0]),
        steps.vectors([1e39], [2.0], [3.0]),  # Postgres has no room for it in a vector
        steps.raw(NAN),
        steps.raw(HUGE),
        steps.raw(b'{"data": [{"embedding": ["a"]}]}'),
        steps.raw(b"{}"),
        steps.raw(b'{"data": null}'),
        steps.malformed(),
    ],
)
async def test_it_refuses_anything_else(providers: Any, step: steps.Step) -> None:
    providers.configure("openai", "gemini")
    providers.openai.always_embeddings(step)
    result = await embed_texts(*TEXTS, default_provider="openai")
    assert result.provider == "gemini"
    assert [row.error_kind for row in await log_rows()] == ["malformed", ""]


@pytest.mark.parametrize(
    "step",
    [
        steps.vectors([1.0], [2.0]),
        steps.vectors([1.0], [2.0], [3.0, 4.0]),
        steps.vectors([], [], []),
        steps.raw(NAN),
        steps.raw(HUGE),
        steps.raw(b"{}"),
        steps.malformed(),
    ],
)
async def test_it_refuses_anything_else_from_gemini(providers: Any, step: steps.Step) -> None:
    providers.configure("gemini")
    providers.always_embeddings(step)
    with pytest.raises(ProviderError, match="gemini sent"):
        await embed_texts(*TEXTS)


async def test_it_falls_back_and_retries_like_a_generation(providers: Any) -> None:
    providers.openrouter.always_embeddings(steps.error(503))
    providers.openai.always_embeddings(steps.error(401))
    assert (await embed_texts("text")).provider == "gemini"
    assert [request.provider for request in providers.embedded] == [
        "openrouter",
        "openrouter",
        "openai",
        "gemini",
    ]


async def test_it_sends_long_lists_in_requests_that_the_provider_takes(providers: Any) -> None:
    texts = [f"word{number}" for number in range(250)]
    result = await embed_texts(*texts, seconds=60, default_provider="gemini")
    assert [len(request.body["requests"]) for request in providers.received] == [100, 100, 50]
    assert result.embeddings == [hashed(text, 1536) for text in texts]


async def test_it_adds_up_the_tokens_of_several_requests(providers: Any) -> None:
    providers.configure("openai")
    result = await embed_texts("a" * 500_000, "b" * 500_000)
    assert len(providers.received) == 2
    assert result.usage == Usage(10, None, 10)


@given(st.lists(st.text(max_size=30)), st.integers(min_value=1, max_value=5), st.integers(1, 60))
def test_it_keeps_every_text_in_order_and_within_the_limits(
    texts: list[str], most: int, chars: int
) -> None:
    parts = list(batches(texts, EmbeddingFacts(max_inputs=most, max_chars=chars)))
    assert [text for part in parts for text in part] == texts
    for part in parts:
        assert 1 <= len(part) <= most
        assert len(part) == 1 or sum(map(len, part)) <= chars
