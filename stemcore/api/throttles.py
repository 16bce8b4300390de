"""Limits on the rate of requests, as DRF throttles that count with `django-ratelimit`.

A throttle belongs to a scope, whose rate is in `settings.THROTTLE_RATES`: so many in a window of
time, or None for no limit, which costs nothing. Counts are shared by all processes. When they
cannot be kept, requests pass: a limit must not take the service down with its counters.
"""

import asyncio
from typing import Any, ClassVar

from django.conf import settings
from django.db import Error as DatabaseFailure
from django_ratelimit.core import get_usage
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from structlog import get_logger

from stemcore.database import read
from stemcore.errors import RateLimited

log = get_logger(__name__)

PATIENCE_S = 1.0
"""How long a request waits to be counted."""


@read
def _count(scope: str, key: str, rate: str) -> dict[str, int] | None:
    """The usage with this request in it, or None when the counter did not answer."""
    usage: dict[str, int] | None = get_usage(
        None, group=scope, key=lambda *_: key, rate=rate, increment=True
    )
    return usage


class Throttle(BaseThrottle):
    """A limit for each key of its scope."""

    scope: ClassVar[str]
    message: ClassVar[str] = RateLimited.message
    """What a refused caller is told."""

    seconds_left = 1

    def get_key(self, request: Request, view: Any) -> str | None:
        """Whose requests are counted together; None leaves this one out."""
        raise NotImplementedError

    async def aallow_request(self, request: Request, view: Any) -> bool:
        """Counts the request; whether it is within the limit."""
        rate, key = settings.THROTTLE_RATES[self.scope], self.get_key(request, view)
        if rate is None or key is None:
            return True
        try:
            async with asyncio.timeout(PATIENCE_S):
                usage = await _count(self.scope, key, rate)
        except (DatabaseFailure, RedisError, OSError) as error:  # timeouts are OSErrors
            log.warning("throttle_not_counted", scope=self.scope, error=type(error).__name__)
            return True
        if usage is None or not usage["should_limit"]:
            return True
        self.seconds_left = max(1, usage["time_left"])
        return False

    def wait(self) -> int:
        """Seconds until the window ends, for a request that was not allowed."""
        return self.seconds_left


class PerUser(Throttle):
    """A limit for each signed-in user. Guests have quotas and slots, which answer in their way."""

    def get_key(self, request: Request, view: Any) -> str | None:
        user: Any = request.user
        return str(user.id) if user and not user.is_anonymous else None


class PerAddress(Throttle):
    """A limit for each address, as the web app and the proxies named in the settings tell it."""

    def get_key(self, request: Request, view: Any) -> str | None:
        return self.get_ident(request) or None


class ServiceWide(Throttle):
    """A limit for all requests together."""

    def get_key(self, request: Request, view: Any) -> str | None:
        return "all"


class AiPerUser(PerUser):
    scope = "ai_user"


class AiServiceWide(ServiceWide):
    scope = "ai_service"


AI_LIMITS: list[type[BaseThrottle]] = [AiPerUser, AiServiceWide]
"""The limits of every route that asks a provider."""
