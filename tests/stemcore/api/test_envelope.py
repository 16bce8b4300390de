"""Every answer has one shape, whatever failed."""

import json
from uuid import UUID, uuid4

import pytest

from tests.client import Api, data_of, error_of

pytestmark = pytest.mark.usefixtures("database")  # requests are counted there

ROUTE = "/v1/classes/join"


async def test_it_answers_health_without_a_key(api: Api) -> None:
    assert data_of(await api.get("/healthz")) == {"status": "ok"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_it_refuses_other_methods_on_health(api: Api, method: str) -> None:
    response = await api.post("/healthz", {}, method=method)
    assert response.headers["allow"] == "GET"
    error_of(response, 405, "method_not_allowed")


@pytest.mark.parametrize("path", ["/healthz", ROUTE])
async def test_it_refuses_head(api: Api, path: str) -> None:
    response = await api.post(path, method="HEAD")
    assert response.status_code == 405
    assert response.headers["allow"] in ("GET", "POST")
    assert response.content == b""  # HTTP gives an answer to HEAD no body


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_it_refuses_other_methods_on_a_route(api: Api, method: str) -> None:
    response = await api.post(ROUTE, {}, method=method)
    assert response.headers["allow"] == "POST"
    error_of(response, 405, "method_not_allowed")


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/", "/v1/nothing", ROUTE + "/", "/healthz/", "/v1//classes/join"]
)
async def test_it_knows_no_other_route(api: Api, path: str) -> None:
    error_of(await api.post(path, {}), 404, "not_found")


async def test_it_makes_a_request_id(api: Api) -> None:
    response = await api.get("/healthz")
    assert UUID(response.headers["x-request-id"]).version == 4


@pytest.mark.parametrize(
    "sent", ["a", "trace 42/ä".encode("latin-1").decode("ascii", "ignore"), "x" * 128]
)
async def test_it_echoes_a_fit_request_id(api: Api, sent: str) -> None:
    response = await api.get("/healthz", headers={"x-request-id": sent})
    assert response.headers["x-request-id"] == sent
    assert response.json()["meta"]["request_id"] == sent


@pytest.mark.parametrize("sent", [b"x" * 129, b"tab\there", "ä".encode(), b""])
async def test_it_replaces_an_unfit_request_id(api: Api, sent: bytes) -> None:
    response = await api.get("/healthz", headers=[(b"x-request-id", sent)])
    assert UUID(response.headers["x-request-id"]).version == 4


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"{} {}",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"\xff\xfe{",
        b'{"a": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"join_code": ' + b"9" * 5000 + b"}",
    ],
)
async def test_it_names_malformed_json(api: Api, auth_user: str, content: bytes) -> None:
    response = await api.post(ROUTE, content=content, token=auth_user)
    error_of(response, 400, "invalid_json")


@pytest.mark.parametrize("content", [b"[]", b'"text"', b"1", b"null", b"true"])
async def test_it_wants_an_object(api: Api, auth_user: str, content: bytes) -> None:
    error = error_of(
        await api.post(ROUTE, content=content, token=auth_user), 422, "validation_error"
    )
    assert error["details"] == [{"field": "body", "message": "must be a JSON object"}]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/ld+json",
        "",
    ],
)
async def test_it_reads_json_types(api: Api, auth_user: str, content_type: str) -> None:
    headers = {"content-type": content_type} if content_type else {}
    response = await api.post(ROUTE, content=b"{}", token=auth_user, headers=headers)
    error_of(response, 422, "validation_error")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"],
)
async def test_it_refuses_other_types(api: Api, auth_user: str, content_type: str) -> None:
    headers = {"content-type": content_type}
    response = await api.post(ROUTE, content=b"{}", token=auth_user, headers=headers)
    error_of(response, 415, "unsupported_media_type")


async def test_it_refuses_a_large_body(api: Api, auth_user: str) -> None:
    body = json.dumps({"join_code": "x" * (2 * 1024 * 1024)}).encode()
    error_of(await api.post(ROUTE, content=body, token=auth_user), 413, "payload_too_large")


async def test_it_names_each_field_that_does_not_fit(api: Api, auth_user: str) -> None:
    response = await api.post(ROUTE, {"user_id": "7", "join_code": None}, token=auth_user)
    error = error_of(response, 422, "validation_error")
    assert {d["field"]: d["message"] for d in error["details"]} == {
        "user_id": "must be a UUID",
        "join_code": "is required",
    }
    assert "user_id" in error["message"]
    assert "join_code" in error["message"]


async def test_it_checks_the_key_before_all_else(api: Api) -> None:
    response = await api.post(ROUTE, content=b"{", key="wrong", headers={"content-type": "text/x"})
    error_of(response, 401, "unauthorized")


@pytest.fixture
def auth_user() -> str:
    from tests.tokens import access_token

    return access_token(uuid4())
