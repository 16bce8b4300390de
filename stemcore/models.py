"""Rows that no app owns: the platform's users, guests and request log."""

from datetime import timedelta
from uuid import uuid4

from django.db import models
from django.db.models.functions import Now

from stemcore.fields import EnumField


class AuthUser(models.Model):
    """An account of Supabase Auth; the quotes in the table's name lead into its schema."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    email = models.TextField(null=True)
    is_anonymous = models.BooleanField(db_default=False)
    raw_user_meta_data = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = '"auth"."users"'


class GuestSandbox(models.Model):
    """A guest's session: what they may still use, and until when."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    user_id = models.UUIDField()
    class_id = models.UUIDField(null=True)
    status = models.TextField(db_default="active")
    guest_role = EnumField(enum="account_type", db_default="teacher")
    last_seen_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_default=Now() + timedelta(hours=8))
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    chat_messages_used = models.IntegerField(db_default=0)
    quiz_generations_used = models.IntegerField(db_default=0)
    flashcard_generations_used = models.IntegerField(db_default=0)
    blueprint_regenerations_used = models.IntegerField(db_default=0)
    embedding_operations_used = models.IntegerField(db_default=0)
    active_ai_requests = models.IntegerField(db_default=0)

    class Meta:
        managed = False
        db_table = "guest_sandboxes"
        verbose_name_plural = "guest sandboxes"

    def __str__(self) -> str:
        return f"Sandbox {str(self.id)[:8]}"


class GuestSessionQuota(models.Model):
    """The platform's counters over all guests, in one row."""

    scope = models.TextField(primary_key=True, db_default="global")
    active_sessions = models.IntegerField(db_default=0)
    creation_count = models.IntegerField(db_default=0)
    creation_window_started_at = models.DateTimeField(db_default=Now())
    active_requests = models.IntegerField(db_default=0)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        managed = False
        db_table = "guest_session_quota"

    def __str__(self) -> str:
        return f"Totals, {self.scope}"


class AiRequest(models.Model):
    """The platform's own log of AI requests; the service's is its call log."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    class_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    provider = models.TextField()
    model = models.TextField(null=True)
    purpose = models.TextField(null=True)
    prompt_tokens = models.IntegerField(null=True)
    completion_tokens = models.IntegerField(null=True)
    total_tokens = models.IntegerField(null=True)
    latency_ms = models.IntegerField(null=True)
    status = models.TextField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "ai_requests"


class GuestAdmission(models.Model):
    """A guest's request in work; ours, in our own schema.

    The row is the reserved use of its feature and, while `active`, one of the slots; until then it
    waits for one, in the order of the ids. It goes with the request; one left by a dead process
    is swept after `expires_at`. One that is `owed` belongs to a request that was answered and
    could not be counted: it holds no slot, and any process counts it later.
    No foreign key: the platform's tables must not know of ours.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    sandbox_id = models.UUIDField()
    feature = models.TextField()
    active = models.BooleanField()
    owed = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "guest_admissions"

    def __str__(self) -> str:
        return f"Request {self.id}"


class ThrottleCount(models.Model):
    """How often somebody did something in one window of time; ours, in our own schema."""

    key = models.TextField(primary_key=True)
    count = models.BigIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "throttle_counts"


class ProviderCall(models.Model):
    """One attempt at an AI provider, in the service's own call log.

    The ids of user, class and sandbox are no foreign keys: the log outlives what it speaks of,
    and the platform's tables know nothing of it.
    """

    id = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField(help_text="When the attempt began.")
    request_id = models.TextField(blank=True)
    purpose = models.TextField()
    kind = models.TextField(choices=[("generation", "generation"), ("embedding", "embedding")])
    provider = models.TextField()
    model = models.TextField()
    attempt = models.PositiveSmallIntegerField(help_text="1 for the first attempt of a call.")
    status = models.TextField(
        choices=[("ok", "ok"), ("failed", "failed"), ("cancelled", "cancelled")]
    )
    error_kind = models.TextField(blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    latency_ms = models.PositiveIntegerField()
    prompt_tokens = models.PositiveIntegerField(null=True, blank=True)
    completion_tokens = models.PositiveIntegerField(null=True, blank=True)
    total_tokens = models.PositiveIntegerField(null=True, blank=True)
    user_id = models.UUIDField(null=True, blank=True)
    class_id = models.UUIDField(null=True, blank=True)
    sandbox_id = models.UUIDField(null=True, blank=True)
    findings = models.JSONField(
        default=dict, blank=True, help_text="Faults found in the answer, counted by kind."
    )

    class Meta:
        db_table = "provider_calls"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at"], name="provider_calls_created"),
            models.Index(
                fields=["provider", "purpose", "-created_at"], name="provider_calls_by_provider"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.purpose} {self.status}"


class ProviderCallDay(models.Model):
    """Calls of one day, added up: what of the call log is kept for ever.

    `bucket` is the latency's place on a scale of steps of a tenth, so that percentiles of any span
    come from sums, to within five percent (`stemcore.providers.call_days`).
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    provider = models.TextField()
    model = models.TextField()
    purpose = models.TextField()
    kind = models.TextField()
    status = models.TextField()
    error_kind = models.TextField(blank=True)
    bucket = models.SmallIntegerField()
    calls = models.BigIntegerField()
    prompt_tokens = models.BigIntegerField()
    completion_tokens = models.BigIntegerField()

    class Meta:
        db_table = "provider_call_days"
        verbose_name = "day of AI calls"
        verbose_name_plural = "days of AI calls"
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "day",
                    "provider",
                    "model",
                    "purpose",
                    "kind",
                    "status",
                    "error_kind",
                    "bucket",
                ],
                name="provider_call_days_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.provider} {self.purpose} {self.status}"
