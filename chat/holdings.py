"""What of chats is about one person."""

from uuid import UUID

from chat.memory.places import forget_places, kept_at
from chat.models import ChatCompaction, ChatMessage, ChatSession, MemoryPlace, SendTicket
from stemcore.people import Holding, register, rows


def _tickets(user_id: UUID) -> list[dict[str, object]]:
    sessions = ChatSession.objects.filter(owner_user_id=user_id).values("id")
    return rows(SendTicket.objects.filter(session_id__in=sessions))


def _forget_memory(user_id: UUID) -> int:
    removed, _ = ChatCompaction.objects.filter(owner_user_id=user_id).delete()
    return removed


def _notes(user_id: UUID) -> list[dict[str, object]]:
    return [{**kept_at(place)} for place in MemoryPlace.objects.filter(user_id=user_id)]


def _forget_notes(user_id: UUID) -> int:
    places = MemoryPlace.objects.filter(user_id=user_id)
    return forget_places(list(places.values_list("key", flat=True)))


register(
    Holding(
        "chat memory",
        lambda user: rows(ChatCompaction.objects.filter(owner_user_id=user)),
        _forget_memory,
    ),
    Holding("notes and turns of the graph engine", _notes, _forget_notes),
    Holding("sends in work", _tickets),
    Holding("chat sessions", lambda user: rows(ChatSession.objects.filter(owner_user_id=user))),
    Holding(
        "chat messages",
        lambda user: rows(ChatMessage.objects.filter(session__owner_user_id=user)),
    ),
)
