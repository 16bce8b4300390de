"""Is the process alive, and can it serve?"""

from typing import Any

from django.db import connection

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


class HealthViewSet(ApiViewSet):
    """Liveness and readiness; needs no key."""

    authentication_classes = []
    failure = NotReady

    async def healthz(self) -> dict[str, Any]:
        """Alive: touches no dependency."""
        return {"status": "ok"}

    async def readyz(self) -> dict[str, Any]:
        """Ready: the database answers."""
        await _ping()
        return {"status": "ok"}
