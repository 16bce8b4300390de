"""The web app proves itself by the service key."""

from typing import Any

import pytest
from django.conf import settings as django_settings

from tests.client import Api, error_of

ROUTE = "/v1/classes/join"


async def test_it_takes_the_key_in_its_header(api: Api) -> None:
    error_of(await api.post(ROUTE, {}), 401, "user_token_required")


async def test_it_takes_the_key_as_bearer(api: Api) -> None:
    key = django_settings.PYTHON_BACKEND_API_KEY
    response = await api.post(ROUTE, {}, key=None, headers={"authorization": f"Bearer {key}"})
    error_of(response, 401, "user_token_required")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": ""},
        {"x-api-key": "wrong"},
        {"x-api-key": "service-key-of-the-test"},
        {"authorization": "Bearer "},
        {"authorization": "Bearer wrong"},
        {"authorization": "Basic service-key-of-the-tests"},
        {"authorization": "service-key-of-the-tests"},
    ],
)
async def test_it_refuses_callers_without_the_key(api: Api, headers: dict[str, str]) -> None:
    error_of(await api.post(ROUTE, {}, key=None, headers=headers), 401, "unauthorized")


async def test_it_refuses_all_while_no_key_is_configured(api: Api, settings: Any) -> None:
    settings.PYTHON_BACKEND_API_KEY = ""
    for headers in ({}, {"x-api-key": ""}, {"authorization": "Bearer "}):
        response = await api.post(ROUTE, {}, key=None, headers=headers)
        error_of(response, 503, "backend_auth_misconfigured")


async def test_it_lets_all_in_where_that_is_configured(api: Api, settings: Any) -> None:
    settings.PYTHON_BACKEND_API_KEY = ""
    settings.PYTHON_BACKEND_ALLOW_UNAUTHENTICATED_REQUESTS = True
    error_of(await api.post(ROUTE, {}, key=None), 401, "user_token_required")


async def test_it_still_wants_a_key_that_is_configured(api: Api, settings: Any) -> None:
    settings.PYTHON_BACKEND_ALLOW_UNAUTHENTICATED_REQUESTS = True
    error_of(await api.post(ROUTE, {}, key=None), 401, "unauthorized")
