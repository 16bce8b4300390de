"""How it stands with guests, and what staff may do about it; for commands and the admin."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet, Sum

from stemcore.database import read, write
from stemcore.guests import platform
from stemcore.guests.admissions import EXPIRED, count_next, in_turn, sweep_next
from stemcore.guests.quotas import COUNTERS
from stemcore.models import GuestAdmission, GuestSandbox, GuestSessionQuota


@dataclass(frozen=True)
class FeatureUse:
    """What active sandboxes have used of a feature, together and at most, and have in work."""

    feature: str
    limit: int
    used: int
    most: int
    in_work: int
    used_up: int


@dataclass(frozen=True)
class Status:
    """Guests now.

    `owed` are uses that were answered and are still to be counted. `platform_in_flight` is the
    platform's own total, which should be `in_flight`.
    """

    slots: int
    in_flight: int
    waiting: int
    expired: int
    owed: int
    platform_in_flight: int
    active_sandboxes: int
    features: tuple[FeatureUse, ...]


@dataclass(frozen=True)
class Change:
    """A number that was brought back to the truth."""

    what: str
    before: int
    after: int


@read
def status() -> Status:
    """How it stands with guests now; three statements."""
    counts = GuestAdmission.objects.aggregate(
        taken=Count("id", filter=Q(active=True)),
        queued=Count("id", filter=Q(active=False, owed=False)),
        expired=Count("id", filter=EXPIRED),
        debts=Count("id", filter=Q(owed=True)),
        **{f"{feature}_in_work": Count("id", filter=Q(feature=feature)) for feature in COUNTERS},
    )
    uses = _active().aggregate(sandboxes=Count("id"), **_sums())
    return Status(
        slots=settings.GUEST_MAX_CONCURRENT_AI_REQUESTS,
        in_flight=counts["taken"],
        waiting=counts["queued"],
        expired=counts["expired"],
        owed=counts["debts"],
        platform_in_flight=_totals().active_requests,
        active_sandboxes=uses["sandboxes"],
        features=tuple(_feature_use(feature, {**counts, **uses}) for feature in COUNTERS),
    )


def _sums() -> dict[str, Any]:
    """The sums, maxima and counts of used-up limits of all features."""
    found: dict[str, Any] = {}
    for feature, column in COUNTERS.items():
        limit = settings.GUEST_LIMITS[feature]
        found[f"{feature}_used"] = Sum(column, default=0)
        found[f"{feature}_most"] = Max(column, default=0)
        found[f"{feature}_used_up"] = Count("id", filter=Q(**{f"{column}__gte": limit}))
    return found


def _feature_use(feature: str, found: Mapping[str, int]) -> FeatureUse:
    return FeatureUse(
        feature,
        limit=settings.GUEST_LIMITS[feature],
        used=found[f"{feature}_used"],
        most=found[f"{feature}_most"],
        in_work=found[f"{feature}_in_work"],
        used_up=found[f"{feature}_used_up"],
    )


def reconcile() -> list[Change]:
    """Ends what dead processes left, and brings the platform's counters back to the truth.

    Returns what was off. Safe while guests are being served.
    """
    # The totals first: what follows moves them in step, and would hide how far off they were.
    changes = [*_recount.sync(), _end_expired(), _count_owed(), *_mend_sandboxes()]
    return [change for change in changes if change.before != change.after]


def _end_expired() -> Change:
    before = GuestAdmission.objects.filter(EXPIRED).count()
    while sweep_next.sync():
        pass
    return Change("expired admissions", before, 0)


def _count_owed() -> Change:
    before = GuestAdmission.objects.filter(owed=True).count()
    while count_next.sync():
        pass
    return Change("uses still to be counted", before, 0)


def _mend_sandboxes() -> list[Change]:
    counted = Q(active_ai_requests__gt=0)
    held = Q(id__in=GuestAdmission.objects.filter(active=True).values("sandbox_id"))
    ids = _active().filter(counted | held).values_list("id", flat=True)
    return [_mend_sandbox.sync(sandbox_id) for sandbox_id in ids]


@write
def _mend_sandbox(sandbox_id: UUID) -> Change:
    """Brings a sandbox's count of requests in flight to that of its slots."""
    with in_turn():
        actual = GuestAdmission.objects.filter(sandbox_id=sandbox_id, active=True).count()
        platform.lock_active(sandbox_id)
        counted = GuestSandbox.objects.values_list("active_ai_requests", flat=True)
        before = counted.get(id=sandbox_id)
        for _ in range(before - actual):
            platform.release_slot(sandbox_id)
        for _ in range(actual - before):
            platform.acquire_slot(sandbox_id)
        return Change(f"in flight of sandbox {sandbox_id}", before, actual)


@write
def _recount() -> list[Change]:
    with in_turn():
        before, sandboxes = _totals(), _active().count()
        platform.recount()
        after = _totals()
        return [
            Change("active sandboxes", sandboxes, _active().count()),
            Change("platform's total of sessions", before.active_sessions, after.active_sessions),
            Change("platform's total in flight", before.active_requests, after.active_requests),
        ]


@write
def expire(sandbox_id: UUID) -> bool:
    """Ends a guest's sandbox, as the platform ends idle ones; False when it is not active.

    A request in work is answered, and counts no more.
    """
    with in_turn():
        if not platform.lock_active(sandbox_id):
            return False
        GuestSandbox.objects.filter(id=sandbox_id).update(status="expired", active_ai_requests=0)
        platform.recount()
        return True


@write
def reset_usage(sandbox_id: UUID) -> bool:
    """Lets a guest begin anew with every feature; False when the sandbox is not active.

    What is in work is counted afterwards, as the first use.
    """
    with in_turn():
        if not platform.lock_active(sandbox_id):
            return False
        GuestSandbox.objects.filter(id=sandbox_id).update(**dict.fromkeys(COUNTERS.values(), 0))
        return True


def _active() -> QuerySet[GuestSandbox]:
    return GuestSandbox.objects.filter(status="active")


def _totals() -> GuestSessionQuota:
    """The platform's totals; all zero where it has none yet."""
    found = GuestSessionQuota.objects.filter(scope="global").first()
    return found or GuestSessionQuota(active_sessions=0, active_requests=0)
