"""The platform's own counters of guests, moved by its own functions.

To be called in a unit, inside `stemcore.guests.admissions.in_turn`.
"""

from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Sum

from stemcore.models import GuestSandbox, GuestSessionQuota

KEEP_WINDOW_S = 2_147_483_647
"""A creation window that never rolls over: rolling it is the web app's business."""


def acquire_slot(sandbox_id: UUID) -> bool:
    """Counts a request in flight; False when the sandbox is no longer active."""
    limit = settings.GUEST_MAX_CONCURRENT_AI_REQUESTS
    return bool(_call("acquire_guest_ai_slot_service(%s, %s)", sandbox_id, limit))


def release_slot(sandbox_id: UUID) -> None:
    """Counts a request in flight out.

    When the platform ends a sandbox and recounts, the total no longer holds what the sandbox had
    in flight; taking it off once more would take it from somebody else.
    """
    if lock_active(sandbox_id) or total_drift() > 0:
        _call("release_guest_ai_slot_service(%s)", sandbox_id)


def count_use(sandbox_id: UUID, feature: str) -> None:
    """Counts a successful use; that of a sandbox which has ended meanwhile interests nobody."""
    if lock_active(sandbox_id):
        _call("increment_guest_ai_usage_service(%s, %s)", sandbox_id, feature)


def recount() -> None:
    """Brings the totals over all guests back to the truth, and ends idle sandboxes."""
    _call("reconcile_guest_session_quota_service(%s)", KEEP_WINDOW_S)


def lock_active(sandbox_id: UUID) -> bool:
    """Locks the sandbox's row; whether it is active, and so until the end of the transaction.

    The row's lock comes before that of the totals, as in the platform's functions.
    """
    sandbox = GuestSandbox.objects.select_for_update(no_key=True).filter(id=sandbox_id)
    return sandbox.values_list("status", flat=True).first() == "active"


def total_drift() -> int:
    """By how much the total in flight is above the sum of the active sandboxes' own counters."""
    active = GuestSandbox.objects.filter(status="active")
    in_flight: int = active.aggregate(sum=Sum("active_ai_requests", default=0))["sum"]
    quota = GuestSessionQuota.objects.filter(scope="global")
    return (quota.values_list("active_requests", flat=True).first() or 0) - in_flight


def _call(function: str, *arguments: UUID | str | int) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}", arguments)
        return cursor.fetchone()[0]
