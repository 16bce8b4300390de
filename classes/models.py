"""The platform's classes, as this service sees them; their tables belong to the platform."""

from uuid import uuid4

from django.db import models
from django.db.models.functions import Now

from stemcore.fields import EnumField


class AccountType(models.TextChoices):
    TEACHER = "teacher"
    STUDENT = "student"


class EnrollmentRole(models.TextChoices):
    TEACHER = "teacher"
    STUDENT = "student"
    TA = "ta"


class Profile(models.Model):
    id = models.UUIDField(primary_key=True)
    display_name = models.TextField(null=True)
    avatar_url = models.TextField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    account_type = EnumField(enum="account_type", choices=AccountType.choices)

    class Meta:
        managed = False
        db_table = "profiles"

    def __str__(self) -> str:
        return self.display_name or f"Person {str(self.id)[:8]}"


class Classroom(models.Model):
    """A class; `sandbox_id` marks a guest's private copy."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    owner_id = models.UUIDField()
    title = models.TextField()
    description = models.TextField(null=True)
    subject = models.TextField(null=True)
    level = models.TextField(null=True)
    join_code = models.TextField()
    ai_provider = models.TextField(db_default="openrouter")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    archived = models.BooleanField(db_default=False)
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "classes"
        verbose_name = "class"
        verbose_name_plural = "classes"

    def __str__(self) -> str:
        return self.title


class Enrollment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    classroom = models.ForeignKey(
        Classroom, models.DO_NOTHING, db_column="class_id", related_name="enrollments"
    )
    user_id = models.UUIDField()
    role = EnumField(enum="enrollment_role", choices=EnrollmentRole.choices, db_default="student")
    joined_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "enrollments"

    def __str__(self) -> str:
        return f"Member {str(self.user_id)[:8]}"


class AdminUser(models.Model):
    user_id = models.UUIDField(primary_key=True)

    class Meta:
        managed = False
        db_table = "admin_users"
