"""The acting user is the access token's, asked of Supabase Auth or verified here."""

import asyncio
import base64
import hmac
import json
from time import monotonic, time
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as django_settings

from stemcore.runtime import runtime
from stemcore.supabase import tokens
from tests.client import Api, error_of
from tests.stubs.supabase import AuthStub
from tests.tokens import access_token

pytestmark = pytest.mark.usefixtures("database")  # the route counts its requests

ROUTE = "/v1/classes/join"
USER = uuid4()


async def accepted(api: Api, token: str, user_id: UUID | str = USER) -> None:
    """The token holds: the next check, of the body, is reached."""
    response = await api.post(ROUTE, {"user_id": str(user_id)}, token=token)
    error_of(response, 422, "validation_error")


async def refused(
    api: Api, token: str, status: int = 401, code: str = "invalid_user_token"
) -> None:
    error_of(await api.post(ROUTE, {"user_id": str(USER)}, token=token), status, code)


def expired(*_: Any, **__: Any) -> Any:
    raise jwt.ExpiredSignatureError


def part(value: dict[str, Any]) -> str:
    """One of the dotted parts of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer    ", "Basic x", ""])
async def test_it_needs_a_token(api: Api, value: str) -> None:
    response = await api.post(ROUTE, {}, headers={"authorization": value})
    error_of(response, 401, "user_token_required")


async def test_it_counts_the_service_key_as_no_token(api: Api) -> None:
    response = await api.post(ROUTE, {}, token=django_settings.PYTHON_BACKEND_API_KEY)
    error_of(response, 401, "user_token_required")


async def test_it_refuses_another_users_id(api: Api) -> None:
    body = {"user_id": str(uuid4()), "join_code": "X"}
    error_of(await api.post(ROUTE, body, token=access_token(USER)), 403, "user_id_mismatch")


async def test_it_ignores_the_letter_case_of_the_id(api: Api) -> None:
    await accepted(api, access_token(USER), str(USER).upper())


# --- Asked of Supabase Auth


async def test_it_asks_supabase(api: Api, auth_stub: AuthStub) -> None:
    token = auth_stub.sign_in(USER)
    await accepted(api, token)
    [asked] = auth_stub.server.received
    assert (asked.method, asked.path) == ("GET", "/auth/v1/user")
    assert asked.headers["Authorization"] == f"Bearer {token}"
    assert asked.headers["apikey"] == django_settings.SUPABASE_PUBLISHABLE_KEY


async def test_it_asks_with_the_service_role_key_for_want_of_another(
    api: Api, auth_stub: AuthStub, settings: Any
) -> None:
    settings.SUPABASE_PUBLISHABLE_KEY = ""
    settings.SUPABASE_SERVICE_ROLE_KEY = "service-role"
    await accepted(api, auth_stub.sign_in(USER))
    assert auth_stub.server.received[0].headers["apikey"] == "service-role"


async def test_it_refuses_what_supabase_refuses(api: Api, auth_stub: AuthStub) -> None:
    await refused(api, access_token(USER))
    auth_stub.status = 401
    await refused(api, "anything")


@pytest.mark.parametrize("raw", [b"{}", b'{"id": ""}', b'{"id": null}', b'{"id": "7"}', b"[]"])
async def test_it_refuses_an_answer_without_a_user(
    api: Api, auth_stub: AuthStub, raw: bytes
) -> None:
    auth_stub.raw = raw
    await refused(api, "token")


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_it_says_when_supabase_is_troubled(
    api: Api, auth_stub: AuthStub, status: int
) -> None:
    auth_stub.status = status
    await refused(api, "token", 502, "user_auth_unavailable")


async def test_it_says_when_supabase_answers_nonsense(api: Api, auth_stub: AuthStub) -> None:
    auth_stub.raw = b"<html>"
    await refused(api, "token", 502, "user_auth_unavailable")


async def test_it_says_when_supabase_hangs_up(api: Api, auth_stub: AuthStub) -> None:
    auth_stub.drop = True
    await refused(api, "token", 502, "user_auth_unavailable")


async def test_it_says_when_supabase_cannot_be_reached(api: Api, settings: Any) -> None:
    settings.SUPABASE_JWT_VERIFICATION = "remote"
    settings.SUPABASE_URL = "http://127.0.0.1:1"
    await refused(api, "token", 502, "user_auth_unavailable")


async def test_it_says_when_supabase_is_slow(
    api: Api, auth_stub: AuthStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "AUTH_TIMEOUT_S", 0.05)
    auth_stub.delay_s = 2
    await refused(api, "token", 504, "user_auth_timeout")


@pytest.mark.parametrize("name", ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY"])
async def test_it_says_when_supabase_is_not_configured(
    api: Api, auth_stub: AuthStub, settings: Any, name: str
) -> None:
    setattr(settings, name, "")
    await refused(api, "token", 503, "backend_user_auth_misconfigured")


async def test_it_passes_no_control_characters_on(api: Api, auth_stub: AuthStub) -> None:
    await refused(api, "tok\ten")
    assert auth_stub.server.received == []


# --- Verified here, with the project's secret


async def test_it_verifies_a_secret_signed_token(api: Api) -> None:
    await accepted(api, access_token(USER))


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time()) - 60},
        {"exp": None},
        {"aud": "anon"},
        {"aud": None},
        {"iss": "https://elsewhere.example/auth/v1"},
        {"iss": None},
        {"sub": None},
        {"sub": "nobody"},
        {"nbf": int(time()) + 86_400},  # from when the suite was collected
    ],
)
async def test_it_refuses_claims_that_do_not_hold(api: Api, claims: dict[str, Any]) -> None:
    await refused(api, access_token(USER, **claims))


async def test_it_refuses_another_secret(api: Api) -> None:
    await refused(api, access_token(USER, secret="somebody-elses-secret-of-32-bytes!!!!!"))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
async def test_it_refuses_algorithms_off_the_list(api: Api, algorithm: str) -> None:
    secret = django_settings.SUPABASE_JWT_SECRET.ljust(64, "!")
    await refused(api, access_token(USER, algorithm=algorithm, secret=secret))


@pytest.mark.parametrize("alg", ["none", "None", "nOnE"])
async def test_it_refuses_unsigned_tokens(api: Api, alg: str) -> None:
    claims = jwt.decode(access_token(USER), options={"verify_signature": False})
    await refused(api, f"{part({'alg': alg, 'typ': 'JWT'})}.{part(claims)}.")


@pytest.mark.parametrize("token", ["x", "a.b.c", "....", "{}", "e30.e30.e30"])
async def test_it_refuses_what_is_no_token(api: Api, token: str) -> None:
    await refused(api, token)


# --- Verified here, with the project's published keys


class Keys:
    """A project's signing key and the stub that publishes it."""

    def __init__(self, stub: AuthStub) -> None:
        self.stub = stub
        self.private = ec.generate_private_key(ec.SECP256R1())

    def publish(self, key_id: str) -> None:
        jwk = jwt.algorithms.ECAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        self.stub.jwks.append({**jwk, "kid": key_id, "alg": "ES256", "use": "sig"})

    def token(self, key_id: str, **claims: Any) -> str:
        pem: Any = self.private
        return access_token(USER, secret=pem, algorithm="ES256", headers={"kid": key_id}, **claims)

    @property
    def fetches(self) -> int:
        return sum(r.path.endswith("jwks.json") for r in self.stub.server.received)


@pytest.fixture
async def keys(auth_stub: AuthStub, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Keys:
    settings.SUPABASE_JWT_VERIFICATION = "local"
    monkeypatch.setitem(runtime().parts, tokens.KeySet, tokens.KeySet())
    found = Keys(auth_stub)
    found.publish("one")
    return found


class Clock:
    """The clock by which keys grow old, put forward by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(tokens, "monotonic", clock)
    return clock


async def test_it_verifies_by_a_published_key_fetched_once(api: Api, keys: Keys) -> None:
    await accepted(api, keys.token("one"))
    await accepted(api, keys.token("one"))
    assert keys.fetches == 1


async def test_it_fetches_again_for_a_new_key_at_most_once_a_minute(
    api: Api, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    await accepted(api, keys.token("one"))
    keys.publish("two")
    await refused(api, keys.token("two"))
    assert keys.fetches == 1
    monkeypatch.setattr(tokens, "REFETCH_S", 0.0)
    await accepted(api, keys.token("two"))
    assert keys.fetches == 2


async def test_it_refuses_a_forged_signature_under_a_known_key_id(api: Api, keys: Keys) -> None:
    forger = Keys(keys.stub)
    await refused(api, forger.token("one"))


async def test_it_refuses_a_public_key_used_as_a_secret(api: Api, keys: Keys) -> None:
    claims = jwt.decode(keys.token("one"), options={"verify_signature": False})
    signed = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims)}"
    secret = json.dumps(keys.stub.jwks[0]).encode()
    signature = hmac.digest(secret, signed.encode(), "sha256")
    await refused(api, f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}")


async def test_it_says_when_the_keys_cannot_be_fetched(api: Api, keys: Keys) -> None:
    keys.stub.status = 500
    for _ in range(3):
        await refused(api, keys.token("one"), 502, "user_auth_unavailable")
    assert keys.fetches == 1


async def test_it_forgets_a_key_that_was_taken_out(api: Api, keys: Keys, clock: Clock) -> None:
    await accepted(api, keys.token("one"))
    keys.stub.jwks.clear()
    clock.now += tokens.KEYS_LIVE_S - 1
    await accepted(api, keys.token("one"))  # the fetch that this begins is not waited for
    clock.now += 1
    await refused(api, keys.token("one"))
    assert keys.fetches == 2


async def test_it_knows_a_token_again_for_no_longer_than_its_key_counts(
    api: Api, keys: Keys, clock: Clock
) -> None:
    token = keys.token("one")
    await accepted(api, token)
    await accepted(api, token)
    keys.stub.jwks.clear()
    clock.now += tokens.KEYS_LIVE_S
    await refused(api, token)


async def test_it_knows_a_token_again_until_it_expires(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    expires_at = int(time()) + 30
    token = access_token(USER, exp=expires_at)
    await accepted(api, token)
    last = expires_at + tokens.LEEWAY_S
    monkeypatch.setattr(tokens, "time", lambda: last - 1)
    await accepted(api, token)
    # The library's own clock has not moved: past its time the token is looked at anew.
    monkeypatch.setattr(tokens, "time", lambda: last)
    monkeypatch.setattr(tokens.jwt, "decode", expired)
    await refused(api, token)


async def test_it_forgets_the_oldest_of_too_many_tokens(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "PROOFS", 2)
    for _ in range(4):
        await accepted(api, access_token(USER, jti=str(uuid4())))
    assert len(runtime().part(tokens.Proofs)) == 2


async def test_it_serves_old_keys_through_an_outage_for_as_long_as_they_live(
    api: Api, keys: Keys, clock: Clock
) -> None:
    await accepted(api, keys.token("one"))
    keys.stub.status = 500
    clock.now += tokens.KEYS_LIVE_S - 1
    await accepted(api, keys.token("one"))
    clock.now += 1
    await refused(api, keys.token("one"), 502, "user_auth_unavailable")
    keys.stub.status = 200
    clock.now += tokens.REFETCH_S
    await accepted(api, keys.token("one"))


async def test_it_asks_once_for_all_who_wait_and_for_all_as_long(
    api: Api, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "AUTH_TIMEOUT_S", 0.3)
    keys.stub.delay_s = 30.0
    started = monotonic()
    await asyncio.gather(
        *(refused(api, keys.token("one"), 504, "user_auth_timeout") for _ in range(40))
    )
    assert monotonic() - started < 0.3 * 40
    assert keys.fetches == 1


@pytest.mark.parametrize("published", [[], [{"kty": "oct", "kid": "one"}], [None, 7, {}]])
async def test_it_fetches_a_key_set_without_a_use_once_a_minute(
    api: Api, keys: Keys, published: list[Any]
) -> None:
    keys.stub.jwks[:] = published
    for key_id in ("one", "one", "two", "three"):
        await refused(api, keys.token(key_id))
    assert keys.fetches == 1


async def test_it_reads_past_keys_that_it_cannot_use(api: Api, keys: Keys) -> None:
    keys.stub.jwks.insert(0, {"kty": "oct", "kid": "secret", "alg": "HS256"})
    keys.stub.jwks.insert(0, {"kty": "EC", "crv": "P-256", "kid": "odd", "x": "!", "y": 3})
    await accepted(api, keys.token("one"))


@pytest.mark.parametrize("raw", [b"[]", b"{", b'{"keys": 3}', b"[" * 100_000, b"\xff"])
async def test_it_says_that_auth_is_unavailable_when_the_key_set_is_none(
    api: Api, keys: Keys, raw: bytes
) -> None:
    keys.stub.raw_keys = raw
    await refused(api, keys.token("one"), 502, "user_auth_unavailable")


@pytest.mark.parametrize("ahead", [50, -50])
async def test_it_bears_clocks_a_little_apart(api: Api, ahead: int) -> None:
    now = int(time()) + ahead
    await accepted(api, access_token(USER, iat=now, nbf=now, exp=now if ahead < 0 else now + 60))


async def test_it_refuses_a_header_of_nested_brackets(api: Api) -> None:
    header = base64.urlsafe_b64encode(b'{"alg": ' + b"[" * 5_000).rstrip(b"=").decode()
    await refused(api, f"{header}.e30.c2ln")


async def test_it_needs_an_address_to_verify_against(api: Api, settings: Any) -> None:
    token = access_token(USER)
    settings.SUPABASE_URL = ""
    await refused(api, token, 503, "backend_user_auth_misconfigured")
