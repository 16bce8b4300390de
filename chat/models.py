"""The platform's class chats, as this service sees them; their tables belong to the platform."""

from uuid import uuid4

from django.db import models
from django.db.models.functions import Now

from classes.models import Classroom


class AuthorKind(models.TextChoices):
    STUDENT = "student"
    TEACHER = "teacher"
    ASSISTANT = "assistant"


class ChatSession(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    classroom = models.ForeignKey(
        Classroom, models.DO_NOTHING, db_column="class_id", related_name="chat_sessions"
    )
    owner_user_id = models.UUIDField()
    title = models.TextField(db_default="New chat")
    is_pinned = models.BooleanField(db_default=False)
    archived_at = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "class_chat_sessions"

    def __str__(self) -> str:
        return self.title


class ChatMessage(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    session = models.ForeignKey(ChatSession, models.DO_NOTHING, related_name="messages")
    classroom = models.ForeignKey(
        Classroom, models.DO_NOTHING, db_column="class_id", related_name="+"
    )
    author_user_id = models.UUIDField(null=True)
    author_kind = models.TextField(choices=AuthorKind.choices)
    content = models.TextField()
    citations = models.JSONField(default=list)
    safety = models.TextField(null=True)
    provider = models.TextField(null=True)
    model = models.TextField(null=True)
    prompt_tokens = models.IntegerField(null=True)
    completion_tokens = models.IntegerField(null=True)
    total_tokens = models.IntegerField(null=True)
    latency_ms = models.IntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "class_chat_messages"
        permissions = [("read_message_text", "Can read what people write in chats")]

    def __str__(self) -> str:
        return f"Message {str(self.id)[:8]}"


class ChatCompaction(models.Model):
    """What a long session's older messages were condensed to."""

    session = models.OneToOneField(
        ChatSession, models.DO_NOTHING, primary_key=True, related_name="compaction"
    )
    classroom = models.ForeignKey(
        Classroom, models.DO_NOTHING, db_column="class_id", related_name="+"
    )
    owner_user_id = models.UUIDField()
    summary_text = models.TextField()
    summary_json = models.JSONField(default=dict)
    compacted_through_created_at = models.DateTimeField(null=True)
    compacted_through_message_id = models.UUIDField(null=True)
    compacted_turn_count = models.IntegerField(db_default=0)
    last_compacted_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "class_chat_session_compactions"


class SendTicket(models.Model):
    """A send's place in its session's queue; ours, in our own schema.

    Sends to one session are answered in the order of their tickets. A ticket goes with its
    exchange or its failure; one left by a dead process stops counting at `expires_at`.
    No foreign key: the platform's tables must not know of ours.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    session_id = models.UUIDField(db_index=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "send_tickets"


class MemoryPlace(models.Model):
    """A place where the graph engine keeps a turn and notes; ours, in our own schema.

    `key` names the thread, `owner` the class and user; both are hashes. `session` is the session
    key as the request gave it, null for none. No foreign key: the platform's tables must not know
    of ours.
    """

    key = models.CharField(max_length=64, primary_key=True)
    owner = models.CharField(max_length=64)
    class_id = models.UUIDField(db_index=True)
    user_id = models.UUIDField(db_index=True)
    purpose = models.TextField()
    session = models.TextField(null=True)
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "memory_places"
