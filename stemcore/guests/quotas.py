"""How often a guest may use each feature, and where the platform counts it."""

from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from stemcore.guests.errors import GuestRateLimit, GuestSandboxForbidden
from stemcore.models import GuestAdmission, GuestSandbox

COUNTERS = {
    "chat": "chat_messages_used",
    "quiz": "quiz_generations_used",
    "flashcards": "flashcard_generations_used",
    "blueprint": "blueprint_regenerations_used",
    "embedding": "embedding_operations_used",
}
"""Feature → its counter on the sandbox."""


def used(sandbox_id: UUID, feature: str) -> int:
    """Successful uses so far; to be called in a unit. Raises GuestSandboxForbidden."""
    sandbox = GuestSandbox.objects.filter(id=sandbox_id)
    found: int | None = sandbox.values_list(COUNTERS[feature], flat=True).first()
    if found is None:
        raise GuestSandboxForbidden
    return found


def check_quota(feature: str, used: int, reserved: int) -> None:
    """Raises GuestRateLimit unless one more use fits."""
    if used + reserved >= settings.GUEST_LIMITS[feature]:
        raise GuestRateLimit(feature)


def refuse_early(sandbox_id: UUID, feature: str) -> None:
    """Refuses what is certainly past the limit, without a lock; to be called in a unit.

    The counter is read before the reservations: a use that is settled in between is missed, never
    seen twice, so nobody is refused in error. Raises GuestRateLimit.
    """
    so_far = used(sandbox_id, feature)
    live = GuestAdmission.objects.filter(
        sandbox_id=sandbox_id, feature=feature, expires_at__gt=Now()
    )
    check_quota(feature, so_far, live.count())
