"""Is the process alive, and can it serve?"""

from typing import TypedDict

from django.db import connection
from rest_framework.request import Request

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
    status: str


class HealthViewSet(ApiViewSet):
    """Liveness and readiness; needs no key."""

    authentication_classes = []
    failure = NotReady

    async def healthz(self, request: Request) -> Response[StatusData]:
        """Alive: touches no dependency."""
        return Response({"status": "ok"})

    async def readyz(self, request: Request) -> Response[StatusData]:
        """Ready: the database answers."""
        await _ping()
        return Response({"status": "ok"})
