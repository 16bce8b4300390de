"""Supabase Auth: who is the bearer, and which keys sign tokens."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web

from tests.stubs.server import Handler, StubServer


@dataclass
class AuthStub:
    """Answers as Supabase Auth does; a test changes the fields to script it.

    `users` maps an access token to the user JSON that Auth returns for it. `api_key` is what its
    settings ask for, `date` what it says of the time.
    """

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    jwks: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    delay_s: float = 0.0
    raw: bytes | None = None
    raw_keys: bytes | None = None
    drop: bool = False
    api_key: str = ""
    date: str = ""

    def __post_init__(self) -> None:
        self.routes: dict[tuple[str, str], Handler] = {
            ("GET", "/auth/v1/user"): self._user,
            ("GET", "/auth/v1/settings"): self._settings,
            ("GET", "/auth/v1/.well-known/jwks.json"): self._keys,
        }
        self.server = StubServer(self.routes)

    def sign_in(self, user_id: Any, *, anonymous: bool = False) -> str:
        """A token that Auth knows; the service never looks inside it."""
        token = jwt.encode({"sub": str(user_id)}, "secret-that-only-this-stub-knows-of-now")
        self.users[token] = {
            "id": str(user_id),
            "aud": "authenticated",
            "role": "authenticated",
            "email": None if anonymous else f"{user_id}@school.example",
            "is_anonymous": anonymous,
            "app_metadata": {},
            "user_metadata": {},
            "identities": [],
        }
        return token

    async def _user(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.delay_s)
        if self.drop and request.transport is not None:
            request.transport.abort()
        if self.status != 200:
            return web.json_response({"code": self.status, "msg": "scripted"}, status=self.status)
        if self.raw is not None:
            return web.Response(body=self.raw, content_type="application/json")
        user = self.users.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if user is None:
            return web.json_response(
                {"code": 403, "error_code": "bad_jwt", "msg": "invalid JWT"}, status=403
            )
        return web.json_response(user)

    async def _settings(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.delay_s)
        headers = {"Date": self.date} if self.date else {}
        if self.status != 200:
            return web.json_response({"msg": "scripted"}, status=self.status, headers=headers)
        if request.headers.get("apikey") != self.api_key:
            return web.json_response({"message": "Invalid API key"}, status=401, headers=headers)
        return web.json_response({"external": {"email": True}}, headers=headers)

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.delay_s)
        if self.status != 200:
            return web.json_response({"msg": "scripted"}, status=self.status)
        if self.raw_keys is not None:
            return web.Response(body=self.raw_keys, content_type="application/json")
        return web.json_response({"keys": self.jwks})


@dataclass
class StorageStub:
    """Answers as Supabase Storage does for one private bucket; `files` are its objects by path.

    A test scripts `status`, `body` and `delay_s`. `cut` drops the connection after so many bytes
    of a file, `drip_s` pauses that long after each of them.
    """

    key: str
    files: dict[str, bytes] = field(default_factory=dict)
    status: int = 200
    body: dict[str, Any] = field(default_factory=dict)
    delay_s: float = 0.0
    cut: int | None = None
    drip_s: float | None = None

    def __post_init__(self) -> None:
        path = "/storage/v1/object/materials/{name:.*}"
        self.routes: dict[tuple[str, str], Handler] = {
            ("GET", path): self._download,
            ("POST", path): self._upload,
        }
        self.server = StubServer(self.routes)

    async def _refused(self, request: web.Request) -> web.Response | None:
        await asyncio.sleep(self.delay_s)
        if self.status != 200:
            return web.json_response(self.body, status=self.status)
        told = (request.headers.get("apikey"), request.headers.get("Authorization"))
        if told != (self.key, f"Bearer {self.key}"):
            denied = {"statusCode": "403", "error": "Unauthorized", "message": "jwt malformed"}
            return web.json_response(denied, status=400)
        return None

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if refused := await self._refused(request):
            return refused
        content = self.files.get(request.match_info["name"])
        if content is None:
            missing = {"statusCode": "404", "error": "not_found", "message": "Object not found"}
            return web.json_response(missing, status=400)
        if self.cut is None and self.drip_s is None:
            return web.Response(body=content)
        response = web.StreamResponse(headers={"Content-Length": str(len(content))})
        await response.prepare(request)
        for byte in content[: self.cut]:
            await response.write(bytes([byte]))
            await asyncio.sleep(self.drip_s or 0)
        assert request.transport is not None
        request.transport.abort()
        return response

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        if refused := await self._refused(request):
            return refused
        self.files[request.match_info["name"]] = await request.read()
        return web.json_response({"Key": f"materials/{request.match_info['name']}"})


@dataclass
class WorkerFunctionStub:
    """Answers as the platform's worker function does."""

    token: str
    status: int = 200
    answer: Any = field(default_factory=lambda: {"processed": 1, "succeeded": 1})
    raw: bytes | None = None
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        self.server = StubServer({("POST", "/functions/v1/material-worker"): self._work})

    async def _work(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.delay_s)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"code": 401, "message": "Invalid JWT"}, status=401)
        if self.raw is not None:
            return web.Response(body=self.raw, status=self.status)
        return web.json_response(self.answer, status=self.status)
