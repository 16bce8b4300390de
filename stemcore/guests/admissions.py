"""Admissions of guests' requests: units of database work.

All changes take their turn over all processes, by one advisory lock that lasts a transaction: the
platform's totals are one row, so they would queue there anyway. Only renewing needs no turn. A
transaction touches one sandbox, because the platform's timers lock sandboxes, too, and then the
totals.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from stemcore.database import UPKEEP, read, write
from stemcore.guests import platform
from stemcore.guests.errors import GuestRateLimitUnavailable, GuestSandboxForbidden
from stemcore.guests.quotas import check_quota, used
from stemcore.models import GuestAdmission
from stemcore.supabase.acting import as_service

LEASE_S = 15.0
"""How long an admission lasts unless it is renewed: what a killed process held comes back then."""

_LIVE = Q(expires_at__gt=Now())
EXPIRED = Q(owed=False) & ~_LIVE
"""Admissions past their lease; a use that is owed has none."""
_WAITING = Q(active=False, owed=False) & _LIVE


@contextmanager
def in_turn() -> Iterator[None]:
    """Acts as the service, alone among all processes, until the end of the transaction."""
    with as_service():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('guest admissions'))")
        yield


@write(lane=UPKEEP)
def reserve(key: UUID, sandbox_id: UUID, feature: str) -> bool:
    """Reserves a use, and takes a slot when one is free and nobody waits for it.

    Returns whether the slot was taken. Raises GuestRateLimit when the uses so far and those in
    work leave none, GuestSandboxForbidden when the sandbox has ended.
    """
    with in_turn():
        _sweep(GuestAdmission.objects.filter(sandbox_id=sandbox_id))
        counts = GuestAdmission.objects.aggregate(
            reserved=Count("id", filter=Q(sandbox_id=sandbox_id, feature=feature)),
            taken=Count("id", filter=Q(active=True)),
            queued=Count("id", filter=_WAITING),
        )
        check_quota(feature, used(sandbox_id, feature), counts["reserved"])
        active: bool = _leaves_slot(counts["taken"]) and counts["queued"] == 0
        if active and not platform.acquire_slot(sandbox_id):
            raise GuestSandboxForbidden
        GuestAdmission.objects.create(
            key=key, sandbox_id=sandbox_id, feature=feature, active=active, expires_at=_lease_end()
        )
        return active


@write(lane=UPKEEP)
def settle(key: UUID) -> None:
    """Ends the admission of a request that succeeded, and counts the use.

    Raises GuestRateLimitUnavailable when the lease was lost: the reserved use may be another's.
    """
    if not _end(key, succeeded=True):
        raise GuestRateLimitUnavailable


@write(lane=UPKEEP)
def owe(key: UUID) -> None:
    """Gives the slot of a request that succeeded back, and leaves its use to be counted later."""
    with in_turn():
        admission = GuestAdmission.objects.filter(key=key).first()
        if admission is None:
            return
        GuestAdmission.objects.filter(key=key).update(active=False, owed=True)
        if admission.active:
            platform.release_slot(admission.sandbox_id)


@write(lane=UPKEEP)
def count_next() -> bool:
    """Counts the oldest use that is owed; False if there is none."""
    with in_turn():
        owed = GuestAdmission.objects.filter(owed=True).order_by("id").first()
        if owed is None:
            return False
        owed.delete()
        platform.count_use(owed.sandbox_id, owed.feature)
        return True


@write(lane=UPKEEP)
def give_back(key: UUID) -> None:
    """Ends the admission of a request that did not succeed; there may be none."""
    _end(key, succeeded=False)


def _end(key: UUID, *, succeeded: bool) -> bool:
    with in_turn():
        admission = GuestAdmission.objects.filter(key=key).first()
        if admission is None:
            return False
        admission.delete()
        if succeeded:
            platform.count_use(admission.sandbox_id, admission.feature)
        if admission.active:
            platform.release_slot(admission.sandbox_id)
        return True


@dataclass(frozen=True)
class Queue:
    """How it stands with requests that wait: which have their slot, which are lost."""

    granted: frozenset[UUID]
    lost: frozenset[UUID]
    grantable: bool


@read(lane=UPKEEP)
def look_at_queue(keys: Collection[UUID]) -> Queue:
    """How it stands with these admissions, and whether a slot is free for anybody."""
    found = dict(GuestAdmission.objects.filter(key__in=keys).values_list("key", "active"))
    counts = GuestAdmission.objects.aggregate(
        taken=Count("id", filter=Q(active=True)),
        queued=Count("id", filter=_WAITING),
    )
    return Queue(
        granted=frozenset(key for key, active in found.items() if active),
        lost=frozenset(keys) - frozenset(found),
        grantable=counts["queued"] > 0 and _leaves_slot(counts["taken"]),
    )


@write(lane=UPKEEP)
def grant_next() -> bool:
    """Gives a free slot to who has waited longest, in whatever process; False if there is none."""
    with in_turn():
        if not _leaves_slot(GuestAdmission.objects.filter(active=True).count()):
            return False
        first = GuestAdmission.objects.filter(_WAITING).order_by("id").first()
        if first is None:
            return False
        if platform.acquire_slot(first.sandbox_id):
            GuestAdmission.objects.filter(id=first.id).update(active=True)
        else:
            first.delete()  # the sandbox ended while its guest waited
        return True


@write(lane=UPKEEP)
def renew(keys: Collection[UUID]) -> frozenset[UUID]:
    """Renews the leases of these admissions; returns those that were lost already."""
    admissions = GuestAdmission.objects.filter(key__in=keys)
    if admissions.update(expires_at=_lease_end()) == len(keys):
        return frozenset()
    return frozenset(keys) - frozenset(admissions.values_list("key", flat=True))


@dataclass(frozen=True)
class Leftovers:
    """What is to be done for requests that are over."""

    owed: bool
    """A use is to be counted."""
    expired: bool
    """An admission is past its lease, or the platform's total is off with nothing in work."""


@read(lane=UPKEEP)
def look_for_leftovers() -> Leftovers:
    """What sweeping finds to do; cheap when there is nothing."""
    found = GuestAdmission.objects.aggregate(
        debts=Count("id", filter=Q(owed=True)),
        past_lease=Count("id", filter=EXPIRED),
        in_work=Count("id", filter=Q(owed=False)),
    )
    off = not found["in_work"] and platform.total_drift() != 0
    return Leftovers(owed=found["debts"] > 0, expired=found["past_lease"] > 0 or off)


@write(lane=UPKEEP)
def sweep_next() -> bool:
    """Ends the expired admissions of one sandbox; False if there are none.

    The platform's recount may miss what is just changing; what it then leaves is mended here.
    """
    with in_turn():
        expired = GuestAdmission.objects.filter(EXPIRED).order_by("id").first()
        if expired is not None:
            _sweep(GuestAdmission.objects.filter(sandbox_id=expired.sandbox_id))
        elif _total_is_off():
            platform.recount()
        return expired is not None


def _total_is_off() -> bool:
    in_work = GuestAdmission.objects.filter(owed=False)
    return not in_work.exists() and platform.total_drift() != 0


def _sweep(admissions: QuerySet[GuestAdmission]) -> None:
    """Ends those that are expired, and gives back what they held."""
    for expired in admissions.filter(EXPIRED):
        # Its process may wake up and renew it just now.
        deleted, _ = GuestAdmission.objects.filter(EXPIRED, id=expired.id).delete()
        if deleted and expired.active:
            platform.release_slot(expired.sandbox_id)


def _leaves_slot(active: int) -> bool:
    return active < settings.GUEST_MAX_CONCURRENT_AI_REQUESTS


def _lease_end() -> CombinedExpression:
    return Now() + timedelta(seconds=LEASE_S)
