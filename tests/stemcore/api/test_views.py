"""What is declared on the views: policies by DRF's names, and the types of requests and answers."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from pydantic import BaseModel
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from typing_extensions import is_typeddict

from stemcore.api.authentication import ServiceKey
from stemcore.api.body import Body
from stemcore.api.health import HealthViewSet
from stemcore.api.response import Response
from stemcore.api.views import ApiViewSet, action_types
from tests.client import Api, data_of, error_of


def actions(resolver: URLResolver) -> Iterator[tuple[type[ApiViewSet], Any]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from actions(pattern)
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "actions"):
            view = pattern.callback.cls  # type: ignore[attr-defined]
            for name in set(pattern.callback.actions.values()):
                yield view, getattr(view, name)


ACTIONS = list(actions(get_resolver()))


@pytest.mark.parametrize(("view", "action"), ACTIONS)
def test_each_action_says_what_it_answers(view: type[ApiViewSet], action: Any) -> None:
    types = action_types(action)
    assert get_origin(types["return"]) is Response
    [data] = get_args(types["return"])
    kind = get_origin(data) or data
    assert is_typeddict(kind) or issubclass(kind, BaseModel)
    assert issubclass(types.get("body", Body), Body)


@pytest.mark.parametrize(("view", "action"), ACTIONS)
def test_the_service_key_is_the_first_authenticator(view: type[ApiViewSet], action: Any) -> None:
    if not issubclass(view, HealthViewSet):
        assert view.authentication_classes[0] is ServiceKey


class Closed(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class Spent(BaseThrottle):
    """A throttle of DRF's own kind, without an async twin."""

    def allow_request(self, request: Request, view: Any) -> bool:
        return False

    def wait(self) -> float:
        return 6.5


class Broken(ApiViewSet):
    authentication_classes = []

    async def unencodable(self, request: Request) -> Response[Any]:
        return Response(object())

    async def silent(self, request: Request) -> Response[Any]:
        raise ValueError("a secret")


@pytest.fixture
def answer_of(api: Api, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Asks a view that no route leads to."""

    async def ask(view: type[ApiViewSet], action: str) -> Any:
        found = type("Found", (), {"func": staticmethod(view.as_view({"get": action}))})
        found.args, found.kwargs = (), {}  # type: ignore[attr-defined]
        monkeypatch.setattr("stemcore.api.handler.match_of", lambda path: found)
        return await api.get("/somewhere")

    return ask


async def test_policies_of_drfs_own_kind_hold(answer_of: Any) -> None:
    shut = type("Shut", (Broken,), {"permission_classes": [Closed]})
    error_of(await answer_of(shut, "silent"), 403, "forbidden")
    spent = type("Spent", (Broken,), {"throttle_classes": [Spent]})
    answer = await answer_of(spent, "silent")
    error_of(answer, 429, "rate_limited")
    assert answer.headers["retry-after"] == "7"


async def test_what_cannot_be_told_in_json_is_a_500(answer_of: Any) -> None:
    error_of(await answer_of(Broken, "unencodable"), 500, "internal_error")


async def test_what_nobody_foresaw_is_a_500_without_its_words(answer_of: Any) -> None:
    answer = await answer_of(Broken, "silent")
    error_of(answer, 500, "internal_error")
    assert "secret" not in answer.text


async def test_half_characters_of_a_model_are_told_as_escapes(answer_of: Any) -> None:
    async def half(self: Any, request: Request) -> Response[Any]:
        return Response({"text": "a\ud83d"})

    view = type("Half", (Broken,), {"half": half})
    assert data_of(await answer_of(view, "half")) == {"text": "a\ud83d"}
