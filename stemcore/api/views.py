"""The one base of the API's views: DRF's viewsets with an async dispatch.

A request passes, in this order: service key, method, user token, permissions, throttles, body,
guest guard, action. Each step is declared on the viewset in DRF's way, never repeated in an action:

    class SummaryViewSet(ApiViewSet):
        throttle_classes = AI_LIMITS       # limits on its rate
        guest_feature = "chat"             # what a guest's request spends
        failure = SummaryFailed            # what a failing database becomes

        async def summarise(self, request: Request, body: SummaryBody) -> Response[SummaryData]:
            return Response({"summary": await summarise(body.text, self.user)})

    path("summary", SummaryViewSet.as_view({"post": "summarise"}))

How to add a view stands in `docs/views.md`.
"""

import inspect
from collections.abc import Awaitable, Callable
from functools import cache
from math import ceil
from typing import Any, ClassVar, TypeVar, cast, get_type_hints
from uuid import UUID

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from stemcore.api.body import Body
from stemcore.api.permissions import SignedIn
from stemcore.api.request import LARGE_BODY, LargeBodies
from stemcore.deadline import Deadline
from stemcore.errors import (
    DomainError,
    InvalidJson,
    InvalidUserToken,
    RateLimited,
    UserIdMismatch,
)
from stemcore.guests.guard import admission
from stemcore.runtime import runtime
from stemcore.supabase.tokens import PlatformUser

Action = Callable[..., Awaitable[Response]]
A = TypeVar("A", bound=Action)


class ApiViewSet(ViewSet):
    """Base of every API view.

    An action is `async def name(self, request, body: SomeBody) -> Response[SomeData]`. The
    annotation of `body` says what the request may carry, and the action's model is
    `request.data` too; an action without it reads no body. What it raises becomes the error.

    DRF's hooks work as DRF documents them. Where one has to wait, its class has an async twin,
    named as Django names them, which is awaited in its place: `aauthenticate` of an
    authentication class, `aallow_request` of a throttle.
    """

    http_method_names = ["get", "post"]  # no HEAD or OPTIONS: the contract knows neither
    tag: ClassVar[str]
    """The chapter of the API's document that its routes stand in."""
    guest_feature: ClassVar[str | None] = None
    """The guest feature that a request spends."""
    failure: ClassVar[type[DomainError]] = DomainError
    """What a failing database becomes on these routes."""
    body_limit: ClassVar[int] = settings.BODY_LIMIT
    """Largest body in bytes."""

    async def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        """DRF's dispatch, awaiting what is async."""
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            await self.ainitial(self.request)
            response = await self.perform(self.request)
        except Exception as error:  # noqa: BLE001  # whatever was unforeseen gets an answer
            response = self.handle_exception(error)
        self.response = self.finalize_response(self.request, response, *args, **kwargs)
        return self.response

    async def ainitial(self, request: Request) -> None:
        """DRF's `initial`: all that is checked before the body is read."""
        self.format_kwarg = self.get_format_suffix(**self.kwargs)
        negotiated = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = negotiated
        await self.aperform_authentication(request)
        self.check_permissions(request)
        await self.acheck_throttles(request)

    async def aperform_authentication(self, request: Request) -> None:
        """Sets `request.user` and `request.auth` by the first authenticator that knows them."""
        drf: Any = request  # where it keeps what it found
        drf._not_authenticated()
        for authenticator in request.authenticators or ():
            found = await _hook(authenticator, "authenticate", request)
            # Only who holds the service key, the first of them, learns which methods there are,
            # and no token is looked at for a method that is not there.
            self.check_method(request)
            if found is not None:
                drf._authenticator = authenticator
                request.user, request.auth = found
                return

    def check_method(self, request: Request) -> None:
        """Raises DRF's MethodNotAllowed."""
        if str(request.method) not in self.allowed_methods:
            self.http_method_not_allowed(request)

    async def acheck_throttles(self, request: Request) -> None:
        """Counts the request with each throttle. Raises RateLimited at the first refusal."""
        for throttle in self.get_throttles():
            if not await _hook(throttle, "allow_request", request, self):
                message = getattr(throttle, "message", None)
                raise RateLimited(message, retry_after_s=ceil(throttle.wait() or 1))

    async def perform(self, request: Request) -> Response:
        """Reads the body and runs the action."""
        self.check_method(request)
        if self.body_model is None:
            return await self.handler(request, *self.args, **self.kwargs)
        body = await self.read_body(request)
        self.check_user_id(body)
        timeout_ms = getattr(body, "timeout_ms", None)
        Deadline.bind(timeout_ms)
        if self.guest_feature is None:
            return await self.handler(request, body, *self.args, **self.kwargs)
        sandbox_id = getattr(body, "sandbox_id", None)
        async with admission(self.guest_feature, self.user, sandbox_id, timeout_ms):
            return await self.handler(request, body, *self.args, **self.kwargs)

    async def read_body(self, request: Request) -> Body:
        """The body as the action's model, from now on `request.data` too."""
        wire: Any = request._request
        await wire.take_body(self.body_limit)
        if wire.body_size > LARGE_BODY:
            async with runtime().part(LargeBodies).turn():
                body: Any = request.data
        else:
            body = request.data
        if not isinstance(body, Body):
            raise InvalidJson  # DRF does not ask its parsers about an empty body
        return body

    def check_user_id(self, body: Body) -> None:
        """Raises UserIdMismatch when the body speaks for another than the token's user."""
        claimed = getattr(body, "user_id", None)
        if self.user is not None and claimed is not None and claimed != self.user.id:
            raise UserIdMismatch

    @property
    def handler(self) -> Action:
        """The action that answers the request's method."""
        action: Action = getattr(self, str(self.request.method).lower())
        return action

    @property
    def body_model(self) -> type[Body] | None:
        """What the request may carry; None when the action reads no body."""
        return action_types(self.handler).get("body")

    @property
    def user(self) -> PlatformUser | None:
        """The user of the access token, `request.user` with its type."""
        user: PlatformUser | None = cast(Any, self.request.user)
        return user

    def guest_sandbox(self, sandbox_id: str | None) -> UUID | None:
        """The sandbox that the guest guard has verified; that of anybody else says nothing."""
        guest = self.user is not None and self.user.is_anonymous
        return UUID(sandbox_id) if guest and sandbox_id else None


class UserViewSet(ApiViewSet):
    """Base of the views that act for a signed-in user."""

    permission_classes = [SignedIn]

    @property
    def caller(self) -> PlatformUser:
        """The acting user, present on every action of these views."""
        if self.user is None:
            raise InvalidUserToken
        return self.user


async def _hook(owner: Any, name: str, *arguments: Any) -> Any:
    """Calls a hook of DRF: its async twin where there is one."""
    twin = getattr(owner, f"a{name}", None)
    return await twin(*arguments) if twin else getattr(owner, name)(*arguments)


def raises(*errors: type[DomainError]) -> Callable[[A], A]:
    """Names the errors of an action that its viewset does not bring, for the API's document."""

    def declare(action: A) -> A:
        action.errors = errors  # type: ignore[attr-defined]
        return action

    return declare


def errors_of(action: Action) -> tuple[type[DomainError], ...]:
    """The errors that an action names."""
    found: tuple[type[DomainError], ...] = getattr(action, "errors", ())
    return found


def action_types(action: Action) -> dict[str, Any]:
    """The annotations of an action: `body` and `return`."""
    return _type_hints(inspect.unwrap(getattr(action, "__func__", action)))


_type_hints = cache(get_type_hints)
