"""Guests' sandboxes: is this one theirs and alive?"""

from uuid import UUID

from django.db import Error as DatabaseFailure
from django.db.models.functions import Now

from stemcore.database import read
from stemcore.guests.errors import GuestSandboxForbidden, GuestSandboxVerificationUnavailable
from stemcore.models import GuestSandbox


@read
def _is_active(user_id: UUID, sandbox_id: UUID) -> bool:
    return GuestSandbox.objects.filter(
        id=sandbox_id, user_id=user_id, status="active", expires_at__gt=Now()
    ).exists()


async def verify_sandbox(user_id: UUID, sandbox_id: str) -> UUID:
    """The id of a guest's active sandbox.

    Raises GuestSandboxForbidden for any other id and GuestSandboxVerificationUnavailable when
    the database does not answer.
    """
    try:
        found = UUID(sandbox_id)
    except ValueError:
        raise GuestSandboxForbidden from None
    try:
        active = await _is_active(user_id, found)
    except DatabaseFailure:
        raise GuestSandboxVerificationUnavailable from None
    if not active:
        raise GuestSandboxForbidden
    return found
