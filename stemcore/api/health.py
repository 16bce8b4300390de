"""Is the process alive, and can it serve?"""

from typing import Literal

from django.db import connection
from rest_framework.request import Request
from typing_extensions import TypedDict

from stemcore.api.response import Response
from stemcore.api.views import ApiViewSet
from stemcore.database import HEALTH, read
from stemcore.errors import DomainError


class NotReady(DomainError):
    status = 503
    code = "not_ready"
    message = "The database does not answer. Check DATABASE_URL and the database itself."


@read(lane=HEALTH)
def _ping() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


class StatusData(TypedDict):
    status: Literal["ok"]


class HealthViewSet(ApiViewSet):
    """Liveness; needs no key."""

    tag = "Health"
    authentication_classes = []

    async def healthz(self, request: Request) -> Response[StatusData]:
        """The process lives.

        Touches no dependency and needs no key.
        """
        return Response({"status": "ok"})


class ReadinessViewSet(HealthViewSet):
    """Readiness; needs no key."""

    failure = NotReady

    async def readyz(self, request: Request) -> Response[StatusData]:
        """The service can serve.

        The database answers. Needs no key.
        """
        await _ping()
        return Response({"status": "ok"})
