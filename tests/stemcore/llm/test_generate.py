"""POST /v1/llm/generate"""

from typing import Any

import pytest

from tests.client import Api, data_of, error_of
from tests.stemcore.providers.calls import log_rows
from tests.stubs import steps

PATH = "/v1/llm/generate"
BODY = {"system": "Be brief.", "user": "Why is the sky blue?"}


async def test_it_generates(api: Api, providers: Any) -> None:
    providers.script(steps.answer("Rayleigh scattering."))
    data = data_of(await api.post(PATH, BODY))
    assert isinstance(data.pop("latency_ms"), int)
    assert data == {
        "provider": "openrouter",
        "model": "openai/gpt-4o-mini",
        "content": "Rayleigh scattering.",
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }
    (request,) = providers.received
    assert (request.system, request.user) == (BODY["system"], BODY["user"])
    assert request.body["temperature"] == 0.2
    assert request.body["max_tokens"] == 1200


async def test_it_passes_every_wish_on(api: Api, providers: Any) -> None:
    wishes = {
        "temperature": "0.9",
        "max_tokens": "77",
        "timeout_ms": 20000,
        "session_id": "s-1",
        "transforms": ["middle-out"],
        "provider_order": ["openrouter", "gemini"],
        "default_provider": "openrouter",
    }
    data_of(await api.post(PATH, {**BODY, **wishes}))
    sent = providers.received[0].body
    assert (sent["temperature"], sent["max_tokens"]) == (0.9, 77)
    assert (sent["session_id"], sent["transforms"]) == ("s-1", ["middle-out"])


async def test_it_takes_null_and_unknown_fields_as_absent(api: Api, providers: Any) -> None:
    optional = ["temperature", "max_tokens", "timeout_ms", "session_id", "transforms"]
    absent = dict.fromkeys([*optional, "provider_order", "default_provider"])
    data_of(await api.post(PATH, {**BODY, **absent, "unknown": 1}))


@pytest.mark.parametrize("timeout_ms", [0, -5, None])
async def test_it_takes_a_timeout_that_is_not_positive_as_absent(
    api: Api, providers: Any, timeout_ms: int | None
) -> None:
    data_of(await api.post(PATH, {**BODY, "timeout_ms": timeout_ms}))


async def test_it_leaves_unknown_usage_null(api: Api, providers: Any) -> None:
    providers.script(steps.answer("text", usage=None))
    assert data_of(await api.post(PATH, BODY))["usage"] is None


async def test_it_asks_the_provider_that_the_request_names(api: Api, providers: Any) -> None:
    data = data_of(await api.post(PATH, {**BODY, "default_provider": "gemini"}))
    assert data["provider"] == "gemini"
    data = data_of(await api.post(PATH, {**BODY, "provider_order": ["openai"]}))
    assert data["provider"] == "openai"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("system", None),
        ("system", ""),
        ("system", 5),
        ("user", None),
        ("user", ""),
        ("user", ["text"]),
        ("temperature", "warm"),
        ("temperature", -1),
        ("temperature", True),
        ("max_tokens", 0),
        ("max_tokens", 1.5),
        ("max_tokens", 10**12),
        ("timeout_ms", "soon"),
        ("timeout_ms", 10**12),
        ("transforms", "middle-out"),
        ("transforms", ["x"] * 11),
        ("provider_order", ["openai", "nobody"]),
        ("provider_order", "openai"),
        ("default_provider", "nobody"),
    ],
)
async def test_it_refuses_a_body_that_does_not_fit(
    api: Api, providers: Any, field: str, value: Any
) -> None:
    error = error_of(await api.post(PATH, {**BODY, field: value}), 422, "validation_error")
    assert field in error["message"]
    assert all(detail["field"].startswith(field) for detail in error["details"])
    assert providers.received == []


@pytest.mark.parametrize("key", [None, "wrong"])
async def test_it_needs_the_service_key(api: Api, providers: Any, key: str | None) -> None:
    error_of(await api.post(PATH, BODY, key=key), 401, "unauthorized")
    assert providers.received == []


async def test_it_answers_only_to_post(api: Api) -> None:
    response = await api.post(PATH, BODY, method="PUT")
    error_of(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


async def test_it_reports_the_last_failure(api: Api, providers: Any) -> None:
    providers.always(steps.error(403, code="forbidden"))
    error = error_of(await api.post(PATH, BODY), 502, "provider_error")
    assert error["message"] == "gemini answered with status 403 (FORBIDDEN)."


async def test_it_says_that_nothing_is_configured(api: Api, providers: Any) -> None:
    providers.configure()
    error = error_of(await api.post(PATH, BODY), 502, "provider_error")
    assert "OPENROUTER_API_KEY" in error["message"]


async def test_it_answers_before_the_caller_gives_up(api: Api, providers: Any) -> None:
    providers.always(steps.hang())
    error = error_of(await api.post(PATH, {**BODY, "timeout_ms": 1500}), 502, "provider_error")
    assert "timed out" in error["message"]


async def test_it_survives_half_a_surrogate_pair(api: Api, providers: Any) -> None:
    body = b'{"system": "Be brief.", "user": "cut \\ud83d here\\u0000"}'
    data_of(await api.post(PATH, content=body, headers={"content-type": "application/json"}))
    assert providers.received[0].user == "cut \ufffd here"


async def test_it_passes_what_the_model_wrote_through_unchanged(api: Api, providers: Any) -> None:
    content = '  {"a": "\\frac{1}{2} ≤ 🙂 \u2028"}\n'
    providers.script(steps.answer(content))
    assert data_of(await api.post(PATH, BODY))["content"] == content


async def test_it_records_the_call_under_the_request_id(api: Api, providers: Any) -> None:
    response = await api.post(PATH, BODY, headers={"x-request-id": "trace-9"})
    assert response.headers["x-request-id"] == "trace-9"
    (row,) = await log_rows()
    assert (row.request_id, row.purpose, row.user_id) == ("trace-9", "llm_generate", None)
