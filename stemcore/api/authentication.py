"""Who calls: the web app by its service key, and the user behind it by an access token."""

import hmac

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from stemcore.errors import BackendAuthMisconfigured, Unauthorized
from stemcore.supabase.tokens import PlatformUser, verify_token


def _same(given: str, key: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), key.encode())


def bearer(request: Request) -> str:
    """The bearer token of the request, empty when there is none."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def user_token(request: Request) -> str:
    """The bearer token when it is a user's: the service key in its place counts as none."""
    token = bearer(request)
    key = settings.PYTHON_BACKEND_API_KEY
    return "" if key and _same(token, key) else token


class ServiceKey(BaseAuthentication):
    """Lets a caller in who holds the service key, in `x-api-key` or as the bearer."""

    def authenticate(self, request: Request) -> None:
        """Raises Unauthorized or BackendAuthMisconfigured; such a caller is told no more."""
        key = settings.PYTHON_BACKEND_API_KEY
        if not key:
            if settings.PYTHON_BACKEND_ALLOW_UNAUTHENTICATED_REQUESTS:
                return
            raise BackendAuthMisconfigured
        # Both are compared always, so that the time says nothing.
        by_header = _same(request.META.get("HTTP_X_API_KEY", ""), key)
        by_bearer = _same(bearer(request), key)
        if not (by_header or by_bearer):
            raise Unauthorized


class UserToken(BaseAuthentication):
    """Knows the user whose Supabase access token came along; the token is `request.auth`."""

    async def aauthenticate(self, request: Request) -> tuple[PlatformUser, str] | None:
        """None without a token.

        A token that does not hold raises as `stemcore.supabase.tokens.verify_token` says.
        """
        token = user_token(request)
        return (await verify_token(token), token) if token else None
