"""The door of the console: who tries too often waits, and who is idle leaves."""

from http import HTTPStatus
from time import time
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django_ratelimit.core import get_usage
from unfold.forms import AuthenticationForm

TOO_OFTEN = "Too many attempts. Wait {minutes} minutes and try again."
TOUCH_EVERY_S = 300
"""How often a session that is in use is stored, to live on."""

POLICY = "; ".join(
    (
        "default-src 'self'",
        # The admin's own Alpine evaluates the attributes of its templates; no script is inline.
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class LoginForm(AuthenticationForm):
    """Counts attempts for each account and each address before it looks at a password.

    A refused attempt looks at none, so its answer tells nothing; whoever gets in begins anew
    only when the window has passed.
    """

    def clean(self) -> Any:
        count_attempt(self.request, self.cleaned_data.get("username", ""))
        return super().clean()


def count_attempt(request: HttpRequest, account: str, *, of: str = "password") -> None:
    """Counts an attempt for the account and for the address, passwords and codes apart.

    Raises ValidationError, with the minutes to wait, when there were too many.
    """
    _count("staff_account", of, account.casefold())
    _count("staff_address", of, _address(request))


def _address(request: HttpRequest) -> str:
    proxies = settings.REST_FRAMEWORK["NUM_PROXIES"]
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if proxies and any(told):
        return str(told[-min(proxies, len(told))]).strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _count(scope: str, of: str, key: str) -> None:
    rate = settings.THROTTLE_RATES[scope]
    if rate is None or not key:
        return
    usage = get_usage(None, group=f"{scope}_{of}", key=lambda *_: key, rate=rate, increment=True)
    if usage and usage["should_limit"]:
        minutes = max(1, -(-usage["time_left"] // 60))
        raise ValidationError(TOO_OFTEN.format(minutes=minutes), code="throttled")


class Door:
    """Django middleware: headers that keep a page to itself, and the life of idle sessions.

    A thread of the admin serves one request after the other, so its connection may have died since
    this one began; a look at it here costs nothing and saves the page.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        connection.close_if_unusable_or_obsolete()
        answer: HttpResponse = self.get_response(request)
        if answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            self._touch(request)
        answer.setdefault("Content-Security-Policy", POLICY)
        answer.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if request.path.startswith("/admin"):
            answer.setdefault("Cache-Control", "no-store")
        return answer

    @staticmethod
    def _touch(request: HttpRequest) -> None:
        """A session lives its hours from its last use; storing it at each would cost a write."""
        if not request.user.is_authenticated:
            return
        if time() - request.session.get("used_at", 0) > TOUCH_EVERY_S:
            request.session["used_at"] = time()
