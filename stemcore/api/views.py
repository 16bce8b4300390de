"""The one base of the API's views: async dispatch over DRF's viewsets.

A request passes, in this order: service key, method, user token, throttles, body, guest guard,
action.
Each step is declared on the viewset, never repeated in an action.
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, get_type_hints

from django.conf import settings
from django.db import Error as DatabaseFailure
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet
from structlog import get_logger

from stemcore.api import envelope
from stemcore.api.authentication import ServiceKey, authenticate_user
from stemcore.api.body import Body, check_media_type, parse_body
from stemcore.api.request import ApiRequest, ClientGone
from stemcore.api.throttles import Throttle
from stemcore.deadline import Deadline
from stemcore.errors import (
    DomainError,
    InvalidUserToken,
    MethodNotAllowed,
    RateLimited,
    UserIdMismatch,
)
from stemcore.guests.guard import admission
from stemcore.supabase.tokens import PlatformUser

log = get_logger(__name__)

Action = Callable[..., Awaitable[Any]]


class ApiViewSet(ViewSet):
    """Base of every API view.

    An action is `async def name(self, body: SomeBody) -> Any`; what it returns becomes `data`
    of the envelope, what it raises the error. The annotation of `body` says what the request may
    carry; an action without it reads no body. `self.user` is the user of the access token.
    """

    authentication_classes = [ServiceKey]
    user_required: ClassVar[bool] = False
    """The action needs a user's access token."""
    user_optional: ClassVar[bool] = False
    """A user's access token is verified when it comes along."""
    guest_features: ClassVar[dict[str, str]] = {}
    """Action name → the guest feature it spends."""
    action_throttles: ClassVar[dict[str, tuple[type[Throttle], ...]]] = {}
    """Action name → the limits on its rate."""
    failure: ClassVar[type[DomainError]] = DomainError
    """What a failing database becomes on these routes."""
    body_limit: ClassVar[int] = settings.BODY_LIMIT
    """Largest body in bytes."""

    user: PlatformUser | None = None

    async def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        self.wire: ApiRequest = request
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers: dict[str, str] = {}
        self.meta: dict[str, Any] = {}
        """What an action says about its answer, beside the request id."""
        try:
            return envelope.success(await self._answer(self.request), self.meta)
        except Exception as error:  # noqa: BLE001  # whatever was unforeseen gets an answer
            return self.handle_exception(error)

    async def _answer(self, request: Request) -> Any:
        for authenticator in self.get_authenticators():
            authenticator.authenticate(request)
        action = self._action(request)
        feature = self.guest_features.get(action.__name__)
        if self.user_required or self.user_optional or feature:
            self.user = await authenticate_user(request, required=self.user_required)
        for throttle in self.get_throttles():
            if not await throttle.allow_request(request, self):
                raise RateLimited(throttle.message, retry_after_s=throttle.wait())
        body_type = body_model(action)
        if body_type is None:
            return await action()
        body = await self._body(request, body_type)
        self._check_user_id(body)
        Deadline.bind(getattr(body, "timeout_ms", None))
        if feature is None:
            return await action(body)
        sandbox_id, timeout = getattr(body, "sandbox_id", None), getattr(body, "timeout_ms", None)
        async with admission(feature, self.user, sandbox_id, timeout):
            return await action(body)

    def get_throttles(self) -> list[Throttle]:  # type: ignore[override]
        return [throttle() for throttle in self.action_throttles.get(self.action, ())]

    def _action(self, request: Request) -> Action:
        # DRF adds HEAD to every GET; the contract knows no HEAD.
        allowed = [method for method in self.action_map if method != "head"]
        method = str(request.method).lower()
        if method not in allowed:
            raise MethodNotAllowed([name.upper() for name in allowed])
        action: Action = getattr(self, self.action_map[method])
        return action

    async def _body(self, request: Request, model: type[Body]) -> Body:
        check_media_type(request.META.get("CONTENT_TYPE", ""))
        return parse_body(await self.wire.take_body(self.body_limit), model)

    def _check_user_id(self, body: Body) -> None:
        claimed = getattr(body, "user_id", None)
        if self.user is not None and claimed is not None and claimed != self.user.id:
            raise UserIdMismatch

    def handle_exception(self, error: Exception) -> HttpResponse:  # type: ignore[override]
        if isinstance(error, ClientGone):
            raise error  # nobody is left to answer
        if isinstance(error, DomainError):
            return envelope.failure(error)
        log.error("request_failed", exc_info=error)
        return envelope.failure(
            self.failure() if isinstance(error, DatabaseFailure) else DomainError()
        )


class UserViewSet(ApiViewSet):
    """Base of the views that act for a signed-in user."""

    user_required = True

    @property
    def caller(self) -> PlatformUser:
        """The acting user, present on every action of these views."""
        if self.user is None:
            raise InvalidUserToken
        return self.user


def body_model(action: Action) -> type[Body] | None:
    """The model of an action's `body` parameter."""
    function = inspect.unwrap(getattr(action, "__func__", action))
    if function not in _body_models:
        _body_models[function] = get_type_hints(function).get("body")
    return _body_models[function]


_body_models: dict[Any, type[Body] | None] = {}
