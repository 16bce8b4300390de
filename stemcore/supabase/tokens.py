"""Who a Supabase access token belongs to: asked of Supabase Auth, or verified here."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from math import inf
from time import monotonic, time
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
from stemcore.runtime import background, runtime

AUTH_TIMEOUT_S = 8.0
AUDIENCE = "authenticated"
LEEWAY_S = 60
"""Seconds by which the clock that issued a token may be ahead of ours, or behind it."""
SECRET_ALGORITHMS = ["HS256"]
KEY_ALGORITHMS = ["ES256", "RS256", "EdDSA"]
REFETCH_S = 60.0
PROOFS = 4_096
"""Tokens that are remembered as verified; a kilobyte each."""
KEYS_LIVE_S = 600.0
"""Seconds after which a key that was taken out of the published set opens nothing any more."""


@dataclass(frozen=True)
class PlatformUser:
    """The acting user: always the access token's, never a body's."""

    id: UUID
    is_anonymous: bool = False
    email: str | None = None
    role: str | None = None


class _KeySetJson(BaseModel):
    """A JSON Web Key Set (RFC 7517, section 5)."""

    keys: list[Any]


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


def token_claims(token: str) -> dict[str, Any]:
    """What a token says, for acting with its user's rights; empty when it cannot be read.

    It is not verified here: only for a token that `verify_token` has let in.
    """
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except Exception:  # noqa: BLE001  # an opaque token says nothing, however it is made
        return {}
    return claims


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
    proofs, digest = runtime().part(Proofs), sha256(token.encode("utf-8", "surrogatepass")).digest()
    proof = proofs.get(digest)
    header = proof.header if proof else _header_of(token)
    key, algorithms = await _key_for(header)
    if proof and proof.key == key and time() < proof.expires_at:
        return proof.user
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=algorithms,
            audience=AUDIENCE,
            issuer=f"{settings.SUPABASE_URL}/auth/v1",
            leeway=LEEWAY_S,
            options={"require": ["exp", "sub", "aud", "iss"]},
        )
        user = _AuthUser.model_validate({**claims, "id": claims["sub"]}).as_user()
        expires_at = int(claims["exp"]) + LEEWAY_S
    except Exception:  # noqa: BLE001  # whatever a token holds, it is no more than invalid
        raise InvalidUserToken from None
    proofs.keep(digest, Proof(user, header, key, expires_at))
    return user


@dataclass(frozen=True)
class Proof:
    """What verifying a token gave: it holds until the token expires, as long as its key counts."""

    user: PlatformUser
    header: Mapping[str, Any]
    key: Any
    expires_at: int


class Proofs:
    """The proofs of the tokens seen last, by the digests of the tokens.

    A user's requests carry one token for an hour, and its signature is half of what reading it
    costs. The key is asked for each time, so one that was taken back opens nothing here either.
    """

    def __init__(self) -> None:
        self._proofs: dict[bytes, Proof] = {}

    def __len__(self) -> int:
        return len(self._proofs)

    def get(self, digest: bytes) -> Proof | None:
        return self._proofs.get(digest)

    def keep(self, digest: bytes, proof: Proof) -> None:
        while len(self._proofs) >= PROOFS:
            del self._proofs[next(iter(self._proofs))]
        self._proofs[digest] = proof

    async def close(self) -> None:
        self._proofs = {}


def _header_of(token: str) -> dict[str, Any]:
    try:
        return jwt.get_unverified_header(token)
    except Exception:  # noqa: BLE001  # as above: brackets nested too deep are a RecursionError
        raise InvalidUserToken from None


async def _key_for(header: Mapping[str, Any]) -> tuple[Any, list[str]]:
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
    """The project's public keys: never used when older than `KEYS_LIVE_S`.

    They are fetched anew when half as old, while the old ones still serve, and for an unknown key
    id. Whatever comes of a fetch, the next is a minute away: neither invented key ids nor an
    outage make us a hammer. Those who wait share one fetch, and its time.
    """

    def __init__(self) -> None:
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = -inf
        self._tried_at = -inf
        self._failure: type[UserAuthUnavailable | UserAuthTimeout] | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        """The key with that id, or None. Raises UserAuthTimeout or UserAuthUnavailable."""
        age = monotonic() - self._fetched_at
        if key_id in self._keys and age < KEYS_LIVE_S:
            if age >= KEYS_LIVE_S / 2:
                self._begin_fetch()
            return self._keys[key_id]
        self._begin_fetch()
        if self._fetching is not None:
            await asyncio.shield(self._fetching)
        if self._failure is not None:
            raise self._failure
        return self._keys.get(key_id)

    def _begin_fetch(self) -> None:
        if self._fetching is None and monotonic() - self._tried_at >= REFETCH_S:
            self._fetching = background(self._fetch(), "keys")

    async def _fetch(self) -> None:
        self._tried_at = monotonic()
        try:
            self._keys = await published_keys()
        except (UserAuthTimeout, UserAuthUnavailable) as error:
            self._failure = type(error)
        else:
            self._failure = None
            self._fetched_at = self._tried_at
        finally:
            self._fetching = None

    async def close(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()


async def published_keys() -> dict[str, jwt.PyJWK]:
    """The project's public keys by their id; those of a kind that we do not use are left out."""
    response = await _get("/auth/v1/.well-known/jwks.json", {})
    if response.status_code != 200:
        raise UserAuthUnavailable
    try:
        published = _KeySetJson.model_validate_json(response.content).keys
    except ValidationError:
        raise UserAuthUnavailable from None
    found = (_public_key(jwk) for jwk in published)
    return {key.key_id: key for key in found if key is not None and key.key_id}


def _public_key(jwk: Any) -> jwt.PyJWK | None:
    try:
        key = jwt.PyJWK.from_dict(jwk)
    except Exception:  # noqa: BLE001  # a library's, of any kind, for one key among others
        return None
    return key if key.algorithm_name in KEY_ALGORITHMS else None
