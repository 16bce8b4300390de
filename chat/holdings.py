"""What of chats is about one person."""

from uuid import UUID

from chat.memory.forgetting import forget_memory_of
from chat.memory.places import notes_at
from chat.models import ChatCompaction, ChatMessage, ChatSession, MemoryPlace, SendTicket
from stemcore.people import Holding, register, rows


def _tickets(user_id: UUID) -> list[dict[str, object]]:
    sessions = ChatSession.objects.filter(owner_user_id=user_id).values("id")
    return rows(SendTicket.objects.filter(session_id__in=sessions))


def _memory(user_id: UUID) -> list[dict[str, object]]:
    kept = [
        {
            "class_id": one.class_id,
            "purpose": one.purpose,
            "session": one.session,
            "used_at": one.used_at,
            "notes": notes_at(one),
        }
        for one in MemoryPlace.objects.filter(user_id=user_id)
    ]
    return [*rows(ChatCompaction.objects.filter(owner_user_id=user_id)), *kept]


register(
    Holding(
        "chat memory",
        _memory,
        forget_memory_of.sync,
    ),
    Holding("sends in work", _tickets),
    Holding("chat sessions", lambda user: rows(ChatSession.objects.filter(owner_user_id=user))),
    Holding(
        "chat messages",
        lambda user: rows(ChatMessage.objects.filter(session__owner_user_id=user)),
    ),
)
