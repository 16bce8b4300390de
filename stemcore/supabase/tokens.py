"""Who a Supabase access token belongs to: asked of Supabase Auth, or verified here."""

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

import httpx
import jwt
from django.conf import settings
from pydantic import BaseModel, ValidationError

from stemcore.errors import (
    InvalidUserToken,
    UserAuthMisconfigured,
    UserAuthTimeout,
    UserAuthUnavailable,
)
from stemcore.http import http_client
from stemcore.runtime import runtime

AUTH_TIMEOUT_S = 8.0
AUDIENCE = "authenticated"
LEEWAY_S = 10
SECRET_ALGORITHMS = ["HS256"]
KEY_ALGORITHMS = ["ES256", "RS256", "EdDSA"]
REFETCH_S = 60.0


@dataclass(frozen=True)
class PlatformUser:
    """The acting user: always the access token's, never a body's."""

    id: UUID
    is_anonymous: bool = False
    email: str | None = None
    role: str | None = None


class _AuthUser(BaseModel):
    """What Supabase Auth says of a user, and what the claims of a token say in the same words."""

    id: UUID
    is_anonymous: bool | None = False
    email: str | None = None
    role: str | None = None

    def as_user(self) -> PlatformUser:
        return PlatformUser(self.id, bool(self.is_anonymous), self.email or None, self.role)


async def verify_token(token: str) -> PlatformUser:
    """The user of an access token.

    Raises InvalidUserToken, UserAuthMisconfigured, UserAuthTimeout or UserAuthUnavailable.
    """
    if settings.SUPABASE_JWT_VERIFICATION == "local":
        return await _verify_locally(token)
    return await _ask_supabase(token)


def _api_key() -> str:
    return settings.SUPABASE_PUBLISHABLE_KEY or settings.SUPABASE_SERVICE_ROLE_KEY


async def _ask_supabase(token: str) -> PlatformUser:
    if not settings.SUPABASE_URL or not _api_key():
        raise UserAuthMisconfigured
    if not token.isascii() or not token.isprintable():
        raise InvalidUserToken  # it could not even travel in a header
    response = await _get("/auth/v1/user", {"Authorization": f"Bearer {token}"})
    if response.status_code == 429 or response.status_code >= 500 or response.is_redirect:
        raise UserAuthUnavailable
    if response.status_code != 200:
        raise InvalidUserToken
    try:
        return _AuthUser.model_validate_json(response.content).as_user()
    except ValidationError as error:
        malformed = any(fault["type"] == "json_invalid" for fault in error.errors())
        raise (UserAuthUnavailable if malformed else InvalidUserToken) from None


async def _get(path: str, headers: dict[str, str]) -> httpx.Response:
    """An answer of Supabase Auth, whatever its status, within the contract's time."""
    headers = {**headers, "apikey": _api_key()}
    try:
        async with asyncio.timeout(AUTH_TIMEOUT_S):
            return await http_client("supabase").get(settings.SUPABASE_URL + path, headers=headers)
    except (TimeoutError, httpx.ReadTimeout):
        raise UserAuthTimeout from None
    except httpx.HTTPError:
        raise UserAuthUnavailable from None


async def _verify_locally(token: str) -> PlatformUser:
    if not settings.SUPABASE_URL:
        raise UserAuthMisconfigured
    try:
        header = jwt.get_unverified_header(token)
        key, algorithms = await _key_for(header)
        claims = jwt.decode(
            token,
            key,
            algorithms=algorithms,
            audience=AUDIENCE,
            issuer=f"{settings.SUPABASE_URL}/auth/v1",
            leeway=LEEWAY_S,
            options={"require": ["exp", "sub", "aud", "iss"]},
        )
        return _AuthUser.model_validate({**claims, "id": claims["sub"]}).as_user()
    except (jwt.PyJWTError, ValidationError, ValueError):
        raise InvalidUserToken from None


async def _key_for(header: dict[str, Any]) -> tuple[Any, list[str]]:
    """The key and the algorithms it may be used with; the token only chooses between them."""
    algorithm = header.get("alg")
    if algorithm in SECRET_ALGORITHMS and settings.SUPABASE_JWT_SECRET:
        return settings.SUPABASE_JWT_SECRET, SECRET_ALGORITHMS
    if algorithm not in KEY_ALGORITHMS:
        raise InvalidUserToken
    if not _api_key():
        if settings.SUPABASE_JWT_SECRET:
            raise InvalidUserToken  # only the secret signs here
        raise UserAuthMisconfigured
    key = await runtime().part(KeySet).find(str(header.get("kid", "")))
    if key is None or key.algorithm_name != algorithm:
        raise InvalidUserToken
    return key, [algorithm]


class KeySet:
    """The project's public keys, fetched when first needed and again for an unknown key id.

    At most one fetch a minute, so that tokens with invented key ids cannot make us a hammer.
    """

    def __init__(self) -> None:
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at: float | None = None
        self._lock = asyncio.Lock()

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        """The key with that id, or None. Raises UserAuthTimeout or UserAuthUnavailable."""
        if key_id not in self._keys:
            async with self._lock:
                if key_id not in self._keys and self._may_fetch():
                    await self._fetch()
        return self._keys.get(key_id)

    def _may_fetch(self) -> bool:
        return self._fetched_at is None or monotonic() - self._fetched_at >= REFETCH_S

    async def _fetch(self) -> None:
        response = await _get("/auth/v1/.well-known/jwks.json", {})
        if response.status_code != 200:
            raise UserAuthUnavailable
        try:
            found = jwt.PyJWKSet.from_dict(response.json())
        except (jwt.PyJWTError, ValueError, AttributeError):
            raise UserAuthUnavailable from None
        self._keys = {key.key_id: key for key in found.keys if key.key_id}
        self._fetched_at = monotonic()

    async def close(self) -> None:
        """Nothing of it is open."""
