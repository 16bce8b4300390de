"""Guests' sandboxes: is this one theirs and alive?"""

from uuid import UUID

from django.db import Error as DatabaseFailure
from django.db.models.functions import Now

from stemcore.database import read
from stemcore.guests.errors import GuestSandboxForbidden, GuestSandboxVerificationUnavailable
from stemcore.guests.quotas import refuse_early
from stemcore.models import GuestSandbox


@read
def _verify(user_id: UUID, sandbox_id: UUID, feature: str) -> None:
    active = GuestSandbox.objects.filter(
        id=sandbox_id, user_id=user_id, status="active", expires_at__gt=Now()
    )
    if not active.exists():
        raise GuestSandboxForbidden
    refuse_early(sandbox_id, feature)


async def verify_sandbox(user_id: UUID, sandbox_id: str, feature: str) -> UUID:
    """The id of a guest's active sandbox, whose quota for the feature is not used up as yet.

    Raises GuestSandboxForbidden for any other id, GuestRateLimit for a used quota and
    GuestSandboxVerificationUnavailable when the database does not answer.
    """
    try:
        found = UUID(sandbox_id)
    except ValueError:
        raise GuestSandboxForbidden from None
    try:
        await _verify(user_id, found, feature)
    except DatabaseFailure:
        raise GuestSandboxVerificationUnavailable from None
    return found
