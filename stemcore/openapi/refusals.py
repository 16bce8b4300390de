"""The errors of a route: what its viewset declares brings some, its action names the rest."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from stemcore import errors
from stemcore.api.authentication import ServiceKey, UserToken
from stemcore.api.permissions import SignedIn
from stemcore.api.views import ApiViewSet, action_types, errors_of
from stemcore.errors import DomainError
from stemcore.guests import errors as guests
from stemcore.openapi.components import add, envelope

Kind = type[DomainError]

OF_THE_KEY: list[Kind] = [errors.Unauthorized, errors.BackendAuthMisconfigured]
OF_A_TOKEN: list[Kind] = [
    errors.InvalidUserToken,
    errors.UserAuthMisconfigured,
    errors.UserAuthTimeout,
    errors.UserAuthUnavailable,
]
OF_A_BODY: list[Kind] = [
    errors.InvalidJson,
    errors.InvalidRequest,
    errors.UnsupportedMediaType,
    errors.PayloadTooLarge,
    errors.BodyTooSlow,
]
OF_GUESTS: list[Kind] = [
    guests.GuestSandboxRequired,
    guests.GuestSandboxForbidden,
    guests.GuestSandboxVerificationUnavailable,
    guests.GuestRateLimit,
    guests.GuestConcurrentLimit,
    guests.GuestRateLimitUnavailable,
]
ALWAYS: list[Kind] = [DomainError, errors.ServiceEnds]
FAULTS: dict[Kind, tuple[str, str]] = {
    errors.InvalidRequest: ("class_id", "must be a UUID"),
    errors.BlankField: ("title", "must not be blank"),
}
"""What the examples of fields that do not fit speak of."""
WAITABLE = {429, 503}
"""Statuses whose answers may say when to try again."""

REQUEST_ID = {"$ref": "#/components/headers/X-Request-Id"}
RETRY_AFTER = {"$ref": "#/components/headers/Retry-After"}


def errors_of_route(view: ApiViewSet, action: Any) -> list[Kind]:
    """Every error that the route may answer, by status; of each code the most particular."""
    declared = [*ALWAYS, *_of_callers(view, action), view.failure, *errors_of(action)]
    if "body" in action_types(action):
        declared += OF_A_BODY
    if view.throttle_classes:
        declared.append(errors.RateLimited)
    if view.guest_feature:
        declared += [errors.UserTokenRequired, *OF_GUESTS]
    return sorted(_by_code(declared).values(), key=lambda kind: (kind.status, kind.code))


def _by_code(declared: Iterable[Kind]) -> dict[tuple[int, str], Kind]:
    return {(kind.status, kind.code): kind for kind in declared}


def _of_callers(view: ApiViewSet, action: Any) -> list[Kind]:
    found: list[Kind] = []
    if ServiceKey in view.authentication_classes:
        found += OF_THE_KEY
    if UserToken in view.authentication_classes:
        found += OF_A_TOKEN
        body = action_types(action).get("body")
        if body is not None and "user_id" in body.model_fields:
            found.append(errors.UserIdMismatch)
    if SignedIn in view.permission_classes:
        found.append(errors.UserTokenRequired)
    return found


def failures(registry: ComponentRegistry, kinds: Iterable[Kind]) -> dict[str, Any]:
    """The responses of the errors, one for each status, with an example of each code."""
    return {
        str(status): _failure(registry, status, list(same))
        for status, same in groupby(kinds, key=lambda kind: kind.status)
    }


def _failure(registry: ComponentRegistry, status: int, kinds: list[Kind]) -> dict[str, Any]:
    codes = [kind.code for kind in kinds]
    error = {
        "allOf": [
            {"$ref": "#/components/schemas/Error"},
            {"properties": {"code": {"enum": codes}}},
        ]
    }
    names = [name_of(kind) for kind in kinds]
    response = {
        "description": ", ".join(f"`{code}`" for code in codes),
        "headers": {"X-Request-Id": REQUEST_ID}
        | ({"Retry-After": RETRY_AFTER} if status in WAITABLE else {}),
        "content": {
            "application/json": {
                "schema": envelope(ok=False, data={"type": "null"}, error=error),
                "examples": {
                    kind.code: add(registry, ResolvedComponent.EXAMPLE, name, example(kind))
                    for kind, name in zip(kinds, names, strict=True)
                },
            }
        },
    }
    return add(registry, ResolvedComponent.RESPONSE, f"{status}.{'.'.join(names)}", response)


def name_of(kind: Kind) -> str:
    """The name of an error's example: a code may have two statuses, or two rooms' words."""
    room = kind.__module__.partition(".")[0]
    name = f"{kind.code}-{kind.status}" if issubclass(kind, errors.InvalidRequest) else kind.code
    return name if room == "stemcore" else f"{room}-{name}"


def example(kind: Kind) -> dict[str, Any]:
    """An answer with this error."""
    error: dict[str, Any] = {"message": kind.message, "code": kind.code}
    meta: dict[str, Any] = {"request_id": "7f0c2a1e-4b7d-4c55-9f60-0d3c8a52b1aa"}
    if kind in FAULTS:
        field, must = FAULTS[kind]
        error["message"] = f"{field}: {must}"
        error["details"] = [{"field": field, "message": must}]
    if kind in (errors.RateLimited, errors.ServiceEnds):
        meta["retry_after_s"] = 1
    return {"value": {"ok": False, "data": None, "error": error, "meta": meta}}
