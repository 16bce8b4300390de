"""Supabase Auth: who is the bearer, and which keys sign tokens."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web

from tests.stubs.server import StubServer


@dataclass
class AuthStub:
    """Answers as Supabase Auth does; a test changes the fields to script it.

    `users` maps an access token to the user JSON that Auth returns for it.
    """

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    jwks: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    delay_s: float = 0.0
    raw: bytes | None = None
    raw_keys: bytes | None = None
    drop: bool = False

    def __post_init__(self) -> None:
        self.server = StubServer(
            {
                ("GET", "/auth/v1/user"): self._user,
                ("GET", "/auth/v1/.well-known/jwks.json"): self._keys,
            }
        )

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

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.delay_s)
        if self.status != 200:
            return web.json_response({"msg": "scripted"}, status=self.status)
        if self.raw_keys is not None:
            return web.Response(body=self.raw_keys, content_type="application/json")
        return web.json_response({"keys": self.jwks})
