"""Acting in the database as the service or as a user, for one transaction.

The platform's functions and its row-level security look at the transaction-local setting
`request.jwt.claims`. Both context managers open a transaction of their own, or a savepoint inside
one, and put the former role and claims back at their end, so that nothing reaches what comes
after them, neither in the same transaction nor on the same pooled connection.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

SERVICE_ROLE = "service_role"
USER_ROLE = "authenticated"


@contextmanager
def as_service() -> Iterator[None]:
    """Calls of the platform's functions inside count as the service's."""
    with _claims({"role": SERVICE_ROLE}):
        yield


@contextmanager
def as_user(user_id: UUID, /, **claims: object) -> Iterator[None]:
    """Statements inside run with the rights of a signed-in user; `claims` add to their token's."""
    with _claims({**claims, "sub": str(user_id), "role": USER_ROLE}, role=USER_ROLE):
        yield


@contextmanager
def _claims(claims: dict[str, object], role: str | None = None) -> Iterator[None]:
    with transaction.atomic():
        former_role, former_claims = _swap(role, json.dumps(claims))
        yield
        # After a failure the rollback brings the former values back by itself.
        _swap(former_role if role else None, former_claims)


def _swap(role: str | None, claims: str) -> tuple[str, str]:
    """Sets claims and, when given, role for this transaction; returns what they were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('role'),"
            " coalesce(current_setting('request.jwt.claims', true), ''),"
            " set_config('request.jwt.claims', %s, true),"
            " set_config('role', coalesce(%s, current_setting('role')), true)",
            [claims, role],
        )
        former_role, former_claims, *_ = cursor.fetchone()
        return former_role, former_claims
