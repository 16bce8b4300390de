"""The platform's stored reports, as this service sees them; their tables belong to the platform."""

from uuid import uuid4

from django.db import models
from django.db.models.functions import Now

from classes.models import Classroom


class InsightsSnapshot(models.Model):
    """The last computed insights of a class, one row each."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    classroom = models.OneToOneField(
        Classroom, models.DO_NOTHING, db_column="class_id", related_name="insights"
    )
    generated_at = models.DateTimeField(db_default=Now())
    payload = models.JSONField()
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "class_insights_snapshots"

    def __str__(self) -> str:
        return f"Insights {str(self.id)[:8]}"


class TeachingBriefSnapshot(models.Model):
    """The last teaching brief of a class, one row each."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    classroom = models.OneToOneField(
        Classroom, models.DO_NOTHING, db_column="class_id", related_name="teaching_brief"
    )
    generated_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    status = models.TextField(db_default="ready")
    payload = models.JSONField(null=True)
    error_message = models.TextField(null=True)
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "class_teaching_brief_snapshots"

    def __str__(self) -> str:
        return f"Brief {str(self.id)[:8]}"


class Flight(models.Model):
    """A report that one process is making; ours, in our own schema.

    Others wait for it instead of making the same. One left by a dead process stops counting at
    `expires_at`. No foreign key: the platform's tables must not know of ours.
    """

    key = models.TextField(primary_key=True)
    holder = models.UUIDField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "analytics_flights"
