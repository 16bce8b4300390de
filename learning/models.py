"""The platform's learning content, as this service sees it; its tables belong to the platform."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from classes.models import Classroom
from stemcore.fields import EnumField, NumericField


class BlueprintStatus(models.TextChoices):
    DRAFT = "draft"
    APPROVED = "approved"
    ARCHIVED = "archived"
    PUBLISHED = "published"


class ActivityType(models.TextChoices):
    CHAT = "chat"
    QUIZ = "quiz"
    FLASHCARDS = "flashcards"
    HOMEWORK = "homework"
    EXAM_REVIEW = "exam_review"


class Blueprint(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    classroom = models.ForeignKey(
        Classroom, models.DO_NOTHING, db_column="class_id", related_name="blueprints"
    )
    version = models.IntegerField(db_default=1)
    status = EnumField(enum="blueprint_status", choices=BlueprintStatus.choices, db_default="draft")
    summary = models.TextField(null=True)
    created_by = models.UUIDField()
    approved_by = models.UUIDField(null=True)
    published_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    approved_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    content_json = models.JSONField(default=dict)
    content_schema_version = models.TextField(db_default="v2")
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "blueprints"

    def __str__(self) -> str:
        return f"Version {self.version}"


class Topic(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    blueprint = models.ForeignKey(Blueprint, models.DO_NOTHING, related_name="topics")
    title = models.TextField()
    description = models.TextField(null=True)
    section = models.TextField(null=True)
    sequence = models.IntegerField(db_default=0)
    prerequisite_topic_ids = ArrayField(models.UUIDField(), default=list)
    created_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "topics"

    def __str__(self) -> str:
        return self.title


class Objective(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    topic = models.ForeignKey(Topic, models.DO_NOTHING, related_name="objectives")
    statement = models.TextField()
    level = models.TextField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "objectives"


class Activity(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    classroom = models.ForeignKey(
        Classroom, models.DO_NOTHING, db_column="class_id", related_name="activities"
    )
    blueprint = models.ForeignKey(Blueprint, models.DO_NOTHING, null=True, related_name="+")
    topic = models.ForeignKey(Topic, models.DO_NOTHING, null=True, related_name="+")
    type = EnumField(enum="activity_type", choices=ActivityType.choices)
    title = models.TextField()
    config = models.JSONField(default=dict)
    status = models.TextField(db_default="draft")
    created_by = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "activities"
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return self.title


class QuizQuestion(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    activity = models.ForeignKey(Activity, models.DO_NOTHING, related_name="quiz_questions")
    question = models.TextField()
    choices = models.JSONField(null=True)
    answer = models.TextField(null=True)
    explanation = models.TextField(null=True)
    order_index = models.IntegerField(db_default=0)
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "quiz_questions"


class Flashcard(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    activity = models.ForeignKey(Activity, models.DO_NOTHING, related_name="flashcards")
    front = models.TextField()
    back = models.TextField()
    order_index = models.IntegerField(db_default=0)
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "flashcards"


class Assignment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    classroom = models.ForeignKey(
        Classroom, models.DO_NOTHING, db_column="class_id", related_name="assignments"
    )
    activity = models.ForeignKey(Activity, models.DO_NOTHING, related_name="assignments")
    assigned_by = models.UUIDField()
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "assignments"


class AssignmentRecipient(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    assignment = models.ForeignKey(Assignment, models.DO_NOTHING, related_name="recipients")
    student_id = models.UUIDField()
    status = models.TextField(db_default="assigned")
    assigned_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "assignment_recipients"


class Submission(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    assignment = models.ForeignKey(Assignment, models.DO_NOTHING, related_name="submissions")
    student_id = models.UUIDField()
    content = models.JSONField(default=dict)
    score = NumericField(null=True)
    submitted_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "submissions"


class Feedback(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    submission = models.ForeignKey(Submission, models.DO_NOTHING, related_name="feedback")
    created_by = models.UUIDField(null=True)
    source = models.TextField(db_default="ai")
    content = models.JSONField(default=dict)
    is_edited = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "feedback"
        verbose_name_plural = "feedback"


class Reflection(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    assignment = models.ForeignKey(Assignment, models.DO_NOTHING, related_name="reflections")
    student_id = models.UUIDField()
    content = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "reflections"
