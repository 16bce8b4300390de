"""Who may call what: every route, every kind of caller, and that a refusal changes no row.

The table fails when a route is absent from it.
"""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import time
from typing import Any

import httpx
import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from stemcore.supabase.tokens import PlatformUser
from tests import factories
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.content_routes import CANVAS, CONTENT_ROUTES, ContentRoute, answer_for
from tests.database import fingerprint
from tests.learning.samples import step
from tests.provider_fixtures import Providers
from tests.tokens import access_token

Outcome = tuple[int, str | None]
OK: Outcome = (200, None)
NO_TOKEN: Outcome = (401, "user_token_required")
STRANGER: Outcome = (403, "class_access_required")
STUDENT: Outcome = (403, "teacher_access_required")
ACCOUNT: Outcome = (403, "forbidden_account_type")

PEOPLE = ("student", "teacher", "assistant", "outsider", "guest_one")
FORGED = ("expired", "unsigned", "another secret", "another issuer", "garbage")


@dataclass(frozen=True)
class Route:
    """A route: its body for a caller, and what each person gets; the rest get 200."""

    body: Callable[[Cast, PlatformUser], dict[str, Any]]
    refusals: dict[str, Outcome] = field(default_factory=dict)
    needs_user: bool = True
    takes_user: bool = True


def in_class(**fields: Any) -> Callable[[Cast, PlatformUser], dict[str, Any]]:
    """A body about the classroom; `session=True` adds a chat of the caller's own."""

    def body(cast: Cast, user: PlatformUser) -> dict[str, Any]:
        made = {"class_id": str(cast.classroom.id), "user_id": str(user.id), **fields}
        if made.pop("session", False):
            made["session_id"] = str(factories.chat_session(cast.classroom, user).id)
        if user.is_anonymous:
            made["sandbox_id"] = str(cast.sandbox_one.id)
        return made

    return body


def with_sandbox(cast: Cast, user: PlatformUser) -> dict[str, Any]:
    return {"sandbox_id": str(cast.sandbox_one.id)} if user.is_anonymous else {}


def members(**more: Outcome) -> dict[str, Outcome]:
    return {"outsider": STRANGER, "guest_one": STRANGER, **more}


def content_of(route: ContentRoute) -> Callable[[Cast, PlatformUser], dict[str, Any]]:
    """A body for a route that generates content, with a guest's own sandbox."""

    def body(cast: Cast, user: PlatformUser) -> dict[str, Any]:
        own = {"user_id": str(user.id)} if route.needs_user else {}
        return {**route.body(cast), **own, **with_sandbox(cast, user)}

    return body


def of_material(cast: Cast, user: PlatformUser) -> dict[str, Any]:
    material = factories.material(cast.classroom)
    ids = {"class_id": str(cast.classroom.id), "material_id": str(material.id)}
    return {**ids, "trigger_worker": False}


WORKSPACE = "/v1/chat/workspace/"
ROUTES: dict[str, Route] = {
    "/v1/llm/generate": Route(
        lambda cast, user: {"system": "Be brief.", "user": "Say hello."},
        needs_user=False,
        takes_user=False,
    ),
    "/v1/llm/embeddings": Route(
        lambda cast, user: {"inputs": ["light"], **with_sandbox(cast, user)}, needs_user=False
    ),
    "/v1/classes/create": Route(
        lambda cast, user: {"user_id": str(user.id), "title": "Waves", "join_code": "W-1"},
        {"student": ACCOUNT, "outsider": ACCOUNT, "guest_one": ACCOUNT},
    ),
    "/v1/classes/join": Route(
        lambda cast, user: {"user_id": str(user.id), "join_code": cast.other_classroom.join_code},
        {"teacher": ACCOUNT, "assistant": ACCOUNT, "guest_one": ACCOUNT},
    ),
    WORKSPACE + "participants": Route(in_class(), members(student=STUDENT)),
    WORKSPACE + "sessions/list": Route(in_class(), members()),
    WORKSPACE + "sessions/create": Route(in_class(), members()),
    WORKSPACE + "sessions/rename": Route(in_class(session=True, title="New"), members()),
    WORKSPACE + "sessions/archive": Route(in_class(session=True), members()),
    WORKSPACE + "messages/list": Route(in_class(session=True), members()),
    WORKSPACE + "messages/send": Route(in_class(session=True, message="Why?"), members()),
}
REPORTERS: dict[str, Outcome] = dict.fromkeys(
    ("student", "outsider", "guest_one"), (403, "forbidden")
)
for report in ("class-insights", "class-teaching-brief"):
    ROUTES[f"/v1/analytics/{report}"] = Route(in_class(), REPORTERS, needs_user=False)
ROUTES["/v1/analytics/data-query"] = Route(in_class(query="How are they?"), REPORTERS)
ROUTES["/v1/materials/dispatch"] = Route(of_material, REPORTERS)
ROUTES["/v1/materials/process"] = Route(lambda cast, user: {}, needs_user=False, takes_user=False)
for content in CONTENT_ROUTES:
    ROUTES[content.path] = Route(
        content_of(content),
        members() if content.needs_user else {},
        needs_user=content.needs_user,
        takes_user=content is not CANVAS,
    )
OPEN = {"/healthz", "/readyz", "/admin", "/docs", "/docs/", "/docs/openapi.yaml"}


def routes(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield path
        elif not path.startswith("/admin"):
            yield from routes(pattern, path)


def test_it_covers_every_route() -> None:
    assert set(routes(get_resolver())) == set(ROUTES) | OPEN


def forged(kind: str, user: PlatformUser) -> str:
    token = access_token(user.id)
    header, claims, _ = token.split(".")
    if kind == "unsigned":
        none = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
        return f"{none}.{claims}."
    return {
        "expired": access_token(user.id, exp=int(time()) - 3600),
        "another secret": access_token(user.id, secret="a-secret-that-is-not-the-projects-own!"),
        "another issuer": access_token(user.id, iss="https://elsewhere.example/auth/v1"),
        "garbage": f"{header}.{claims}.AAAA",
    }[kind]


@pytest.fixture
def answering(providers: Providers, settings: Any) -> Providers:
    """Providers that answer in the shape that the prompt asks for, and a queue worked here."""
    settings.MATERIAL_WORKER_MODE = "local"
    providers.openrouter.always(lambda request: step(answer_for(request.system)))
    return providers


async def refused(response: httpx.Response, outcome: Outcome, before: Any) -> None:
    status, code = outcome
    assert code is not None
    error_of(response, status, code)
    assert fingerprint() == before


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("key", [None, "wrong-key"])
async def test_it_refuses_callers_without_the_key(
    api: Api, cast: Cast, answering: Providers, path: str, key: str | None
) -> None:
    body, before = ROUTES[path].body(cast, cast.teacher), fingerprint()
    # Neither a valid user token nor a broken body changes what such a caller is told.
    answer = await api.post(path, body, user=cast.teacher, key=key)
    await refused(answer, (401, "unauthorized"), before)
    answer = await api.post(path, content=b"{", key=key)
    await refused(answer, (401, "unauthorized"), before)


@pytest.mark.parametrize("path", ROUTES)
async def test_the_key_alone_acts_for_nobody(
    api: Api, cast: Cast, answering: Providers, path: str
) -> None:
    body, before = ROUTES[path].body(cast, cast.teacher), fingerprint()
    answer = await api.post(path, body)
    if ROUTES[path].needs_user:
        await refused(answer, NO_TOKEN, before)
    else:
        data_of(answer)


@pytest.mark.parametrize("path", [path for path, route in ROUTES.items() if route.takes_user])
@pytest.mark.parametrize("kind", FORGED)
async def test_it_refuses_tokens_that_do_not_hold(
    api: Api, cast: Cast, answering: Providers, path: str, kind: str
) -> None:
    body, before = ROUTES[path].body(cast, cast.teacher), fingerprint()
    answer = await api.post(path, body, token=forged(kind, cast.teacher))
    await refused(answer, (401, "invalid_user_token"), before)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("who", PEOPLE)
async def test_it_answers_each_person_as_the_table_says(
    api: Api, cast: Cast, answering: Providers, path: str, who: str
) -> None:
    user, route = getattr(cast, who), ROUTES[path]
    body = route.body(cast, user)
    before = fingerprint()
    answer = await api.post(path, body, user=user)
    outcome = route.refusals.get(who, OK)
    if outcome == OK:
        data_of(answer)
    else:
        await refused(answer, outcome, before)


@pytest.mark.parametrize("path", [path for path in ROUTES if path.startswith(WORKSPACE)])
async def test_nobody_acts_as_another(
    api: Api, cast: Cast, answering: Providers, path: str
) -> None:
    body = ROUTES[path].body(cast, cast.teacher)
    before = fingerprint()
    answer = await api.post(path, body, user=cast.student)
    await refused(answer, (403, "user_id_mismatch"), before)


REPORTS = [path for path in ROUTES if path.startswith("/v1/analytics/")]


@pytest.mark.parametrize("path", REPORTS)
@pytest.mark.parametrize("who", PEOPLE)
async def test_reports_of_an_archived_class_stay_open_to_its_teachers(
    api: Api, cast: Cast, answering: Providers, path: str, who: str
) -> None:
    factories.update(cast.classroom, archived=True)
    user, route = getattr(cast, who), ROUTES[path]
    body = route.body(cast, user)
    before = fingerprint()
    answer = await api.post(path, body, user=user)
    if outcome := route.refusals.get(who):
        await refused(answer, outcome, before)
    else:
        data_of(answer)


@pytest.mark.parametrize("path", REPORTS)
@pytest.mark.parametrize("role", ["teacher", "student"])
async def test_a_guest_sees_the_reports_of_a_class_of_their_own_as_its_teacher(
    api: Api, cast: Cast, answering: Providers, path: str, role: str
) -> None:
    factories.update(cast.sandbox_one, guest_role=role)
    body = ROUTES[path].body(cast, cast.guest_one)
    body["class_id"] = str(cast.sandbox_one.class_id)
    before = fingerprint()
    answer = await api.post(path, body, user=cast.guest_one)
    if role == "student":
        await refused(answer, (403, "forbidden"), before)
    else:
        data_of(answer)
    other = await api.post(path, {**body, "sandbox_id": None}, user=cast.guest_one)
    error_of(other, 403, "forbidden")
