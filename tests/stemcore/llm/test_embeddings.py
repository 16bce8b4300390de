"""POST /v1/llm/embeddings"""

from typing import Any

import pytest

from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.stemcore.providers.calls import log_rows
from tests.stubs import steps
from tests.stubs.wire import hashed

PATH = "/v1/llm/embeddings"
BODY = {"inputs": ["light reactions", "dark reactions"]}


async def test_it_embeds(api: Api, providers: Any) -> None:
    data = data_of(await api.post(PATH, BODY))
    assert isinstance(data.pop("latency_ms"), int)
    assert data == {
        "provider": "openrouter",
        "model": "openai/text-embedding-3-small",
        "embeddings": [hashed(text, 1536) for text in BODY["inputs"]],
        "usage": {"prompt_tokens": 5, "completion_tokens": None, "total_tokens": 5},
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("inputs", None),
        ("inputs", []),
        ("inputs", "text"),
        ("inputs", ["text", ""]),
        ("inputs", ["text", 5]),
        ("inputs", ["text"] * 1025),
        ("inputs", ["x" * 100_001]),
        ("timeout_ms", "soon"),
        ("provider_order", ["nobody"]),
    ],
)
async def test_it_refuses_a_body_that_does_not_fit(
    api: Api, providers: Any, field: str, value: Any
) -> None:
    error = error_of(await api.post(PATH, {**BODY, field: value}), 422, "validation_error")
    assert field in error["message"]
    assert providers.received == []


async def test_it_needs_the_service_key(api: Api, providers: Any) -> None:
    error_of(await api.post(PATH, BODY, key=None), 401, "unauthorized")
    assert providers.received == []


async def test_it_reports_the_last_failure(api: Api, providers: Any) -> None:
    providers.always_embeddings(steps.error(403, code="forbidden"))
    error = error_of(await api.post(PATH, BODY), 502, "provider_error")
    assert error["message"] == "gemini answered with status 403 (FORBIDDEN)."


async def test_it_times_out_before_its_caller(api: Api, providers: Any) -> None:
    providers.always_embeddings(steps.hang())
    error = error_of(await api.post(PATH, {**BODY, "timeout_ms": 1500}), 502, "provider_error")
    assert "timed out" in error["message"]


async def test_it_lets_a_guest_with_a_sandbox_in(api: Api, providers: Any, cast: Cast) -> None:
    body = {**BODY, "sandbox_id": str(cast.sandbox_one.id)}
    data_of(await api.post(PATH, body, user=cast.guest_one))
    (row,) = await log_rows()
    assert (row.user_id, row.sandbox_id) == (cast.guest_one.id, cast.sandbox_one.id)


async def test_it_refuses_a_guest_without_a_sandbox(api: Api, providers: Any, cast: Cast) -> None:
    response = await api.post(PATH, BODY, user=cast.guest_one)
    error_of(response, 400, "guest_sandbox_required")
    assert providers.received == []


async def test_it_refuses_a_guest_with_anothers_sandbox(
    api: Api, providers: Any, cast: Cast
) -> None:
    body = {**BODY, "sandbox_id": str(cast.sandbox_two.id)}
    error_of(await api.post(PATH, body, user=cast.guest_one), 403, "guest_sandbox_forbidden")
    assert providers.received == []


async def test_it_refuses_a_sandbox_without_a_user(api: Api, providers: Any) -> None:
    response = await api.post(PATH, {**BODY, "sandbox_id": "anything"})
    error_of(response, 401, "user_token_required")
    assert providers.received == []


async def test_it_lets_a_signed_in_user_in_whatever_the_sandbox(
    api: Api, providers: Any, cast: Cast
) -> None:
    data_of(await api.post(PATH, {**BODY, "sandbox_id": "anything"}, user=cast.student))
    (row,) = await log_rows()
    assert (row.user_id, row.sandbox_id) == (cast.student.id, None)
