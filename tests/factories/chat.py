"""Chat sessions, messages, and the stored reports of a class."""

from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.models import InsightsSnapshot, TeachingBriefSnapshot
from chat.models import ChatCompaction, ChatMessage, ChatSession
from classes.models import Classroom
from stemcore.supabase.tokens import PlatformUser
from tests.factories.rows import insert, serial


def chat_session(in_class: Classroom, owner: PlatformUser, **values: Any) -> ChatSession:
    return insert(
        ChatSession,
        **{
            "classroom": in_class,
            "owner_user_id": owner.id,
            "sandbox_id": in_class.sandbox_id,
            **values,
        },
    )


def chat_message(of: ChatSession, author_kind: str = "student", **values: Any) -> ChatMessage:
    number = next(serial)
    written_by_person = author_kind != "assistant"
    return insert(
        ChatMessage,
        **{
            "session": of,
            "classroom": of.classroom_id,
            "author_user_id": of.owner_user_id if written_by_person else None,
            "author_kind": author_kind,
            "content": f"Message {number}",
            "safety": None if written_by_person else "ok",
            "sandbox_id": of.sandbox_id,
            **values,
        },
    )


def chat_messages(of: ChatSession, count: int, start: datetime | None = None) -> list[ChatMessage]:
    """That many messages, student and assistant in turn, a second apart, oldest first."""
    first = start or datetime.now(UTC) - timedelta(seconds=count)
    return [
        chat_message(of, ("student", "assistant")[n % 2], created_at=first + timedelta(seconds=n))
        for n in range(count)
    ]


def compaction(of: ChatSession, **values: Any) -> ChatCompaction:
    return insert(
        ChatCompaction,
        **{
            "session": of,
            "classroom": of.classroom_id,
            "owner_user_id": of.owner_user_id,
            "summary_text": "What was said before.",
            "sandbox_id": of.sandbox_id,
            **values,
        },
    )


def insights(in_class: Classroom, payload: dict[str, Any], **values: Any) -> InsightsSnapshot:
    return insert(InsightsSnapshot, classroom=in_class, payload=payload, **values)


def teaching_brief(in_class: Classroom, **values: Any) -> TeachingBriefSnapshot:
    return insert(TeachingBriefSnapshot, classroom=in_class, **values)
