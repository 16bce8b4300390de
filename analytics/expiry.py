"""Ending the time for which a stored report is served; the next request makes it anew."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from analytics.models import InsightsSnapshot, TeachingBriefSnapshot
from stemcore.database import write

LONG_AGO = timedelta(days=2)
"""Past the hour of insights and the day of a brief, and still a time that people can read."""


@write
def expire_insights(snapshot_id: UUID) -> bool:
    """Makes insights stale; False when they are gone."""
    stored = InsightsSnapshot.objects.filter(id=snapshot_id)
    return bool(stored.update(generated_at=timezone.now() - LONG_AGO))


@write
def expire_brief(snapshot_id: UUID) -> bool:
    """Makes a brief stale; False when it is gone or being made."""
    stored = TeachingBriefSnapshot.objects.filter(id=snapshot_id).exclude(status="generating")
    return bool(stored.update(generated_at=timezone.now() - LONG_AGO))
