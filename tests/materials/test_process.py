"""POST /v1/materials/process."""

import json
from typing import Any

import pytest

from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.database import fingerprint
from tests.materials.conftest import WORKER_TOKEN
from tests.stubs.supabase import WorkerFunctionStub

ROUTE = "/v1/materials/process"


async def test_it_passes_on_what_the_worker_counted(
    api: Api, worker_function: WorkerFunctionStub
) -> None:
    worker_function.answer = {
        "processed": 4,
        "succeeded": 2,
        "failed": 1,
        "retried": 1,
        "errors": ["one", "two"],
        "more": True,
    }
    answer = await api.post(ROUTE, {"batch_size": 25})
    assert data_of(answer) == {
        "triggered": True,
        "processed": 4,
        "succeeded": 2,
        "failed": 1,
        "retried": 1,
        "errors": ["one", "two"],
    }
    (call,) = worker_function.server.received
    assert json.loads(call.body) == {"batchSize": 25}
    assert call.headers["Authorization"] == f"Bearer {WORKER_TOKEN}"
    assert call.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("body", [{}, {"batch_size": None}])
async def test_without_a_size_it_is_the_setting(
    api: Api, worker_function: WorkerFunctionStub, settings: Any, body: dict[str, Any]
) -> None:
    settings.MATERIAL_WORKER_BATCH = 7
    data_of(await api.post(ROUTE, body))
    assert json.loads(worker_function.server.received[0].body) == {"batchSize": 7}


@pytest.mark.parametrize("answer", [{}, {"errors": None, "failed": None}, {"errors": "text"}])
async def test_what_the_worker_leaves_out_is_nothing(
    api: Api, worker_function: WorkerFunctionStub, answer: Any
) -> None:
    worker_function.answer = answer
    data = data_of(await api.post(ROUTE, {}))
    assert data["processed"] == data["failed"] == 0
    assert data["errors"] == []


async def test_errors_of_the_worker_are_told_as_texts(
    api: Api, worker_function: WorkerFunctionStub
) -> None:
    worker_function.answer = {"errors": ["one", None, {"message": "two"}, {"code": None}, True]}
    assert data_of(await api.post(ROUTE, {}))["errors"] == ["one", "two", '{"code": null}', "true"]


@pytest.mark.parametrize("size", [0, 26, -1, "many", 1.5, True])
async def test_it_names_a_size_that_does_not_fit(
    api: Api, worker_function: WorkerFunctionStub, size: Any
) -> None:
    answer = await api.post(ROUTE, {"batch_size": size})
    assert "batch_size" in error_of(answer, 422, "validation_error")["message"]
    assert worker_function.server.received == []


@pytest.mark.parametrize(
    "script",
    [
        {"status": 500},
        {"status": 404},
        {"raw": b"<html>"},
        {"raw": b"[]"},
        {"answer": {"processed": -1}},
        {"delay_s": 60.0},
        {"token": "another"},
    ],
)
async def test_it_says_when_the_worker_fails(
    api: Api,
    database: Any,
    worker_function: WorkerFunctionStub,
    monkeypatch: pytest.MonkeyPatch,
    script: dict[str, Any],
) -> None:
    monkeypatch.setattr("materials.edge.BATCH_TIMEOUT_S", 0.3)
    for name, value in script.items():
        setattr(worker_function, name, value)
    before = fingerprint()
    message = error_of(await api.post(ROUTE, {}), 502, "material_process_error")["message"]
    assert WORKER_TOKEN not in message
    assert "127.0.0.1" not in message
    assert fingerprint() == before


async def test_it_says_what_to_set_without_a_worker(api: Api, settings: Any) -> None:
    settings.MATERIAL_WORKER_TOKEN = ""
    message = error_of(await api.post(ROUTE, {}), 502, "material_process_error")["message"]
    assert "MATERIAL_WORKER_TOKEN" in message


async def test_it_needs_no_user(api: Api, cast: Cast, worker_function: WorkerFunctionStub) -> None:
    data_of(await api.post(ROUTE, {}, user=cast.outsider))
    error_of(await api.post(ROUTE, {}, key="wrong"), 401, "unauthorized")
    error_of(await api.post(ROUTE, {}, method="GET"), 405, "method_not_allowed")
