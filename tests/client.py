"""The web app's side of the wire, spoken to the whole ASGI application."""

from typing import Any, Protocol
from uuid import UUID

import anyio._backends._asyncio  # noqa: F401 - the client would load it in a test's first request
import httpx
from django.conf import settings

from tests import contract
from tests.tokens import access_token


class Member(Protocol):
    """Somebody of the cast: an id, and whether Supabase knows them as anonymous."""

    @property
    def id(self) -> UUID: ...

    @property
    def is_anonymous(self) -> bool: ...


class Api:
    """Calls routes as the web app does: service key in `x-api-key`, the user's token as bearer.

    Every answer of the suite is held against the API's document.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def post(
        self,
        path: str,
        body: Any = None,
        *,
        user: Member | None = None,
        token: str | None = None,
        key: str | None = "",
        headers: dict[str, str] | None = None,
        content: bytes | None = None,
        method: str = "POST",
    ) -> httpx.Response:
        """`key=None` sends no service key, another text that one; `content` replaces the body."""
        sent = {} if key is None else {"x-api-key": key or settings.PYTHON_BACKEND_API_KEY}
        if user is not None:
            token = access_token(user.id, anonymous=user.is_anonymous)
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        payload: dict[str, Any] = {"content": content} if content is not None else {"json": body}
        answer = await self.client.request(
            method, path, headers={**sent, **(headers or {})}, **payload
        )
        contract.hold(answer)
        return answer

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        answer = await self.client.get(path, **kwargs)
        contract.hold(answer)
        return answer


def data_of(response: httpx.Response) -> Any:
    """The data of a success; anything else fails with the answer's text."""
    body = response.json()
    assert response.status_code == 200, response.text
    assert body["ok"] is True, response.text
    assert body["error"] is None
    assert body["meta"]["request_id"] == response.headers["x-request-id"]
    return body["data"]


def error_of(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The error of a failure, which must have this status and code."""
    body = response.json()
    assert (response.status_code, body["error"] and body["error"]["code"]) == (status, code), (
        response.text
    )
    assert body["ok"] is False
    assert body["data"] is None
    assert body["error"]["message"]
    assert body["meta"]["request_id"] == response.headers["x-request-id"]
    error: dict[str, Any] = body["error"]
    return error
