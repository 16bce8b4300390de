"""The end of what a chat remembers beside its messages: what it condensed, its turns, its notes."""

from uuid import UUID

from django.db.models import QuerySet

from chat.memory.places import SESSION_PREFIX, forget_places
from chat.models import ChatCompaction, MemoryPlace
from stemcore.database import write


@write
def forget_memory(session_id: UUID) -> bool:
    """Removes what is remembered of a session; False when there was nothing.

    The next long turn condenses anew, from the messages that are still there.
    """
    condensed = ChatCompaction.objects.filter(session_id=session_id)
    places = MemoryPlace.objects.filter(session=f"{SESSION_PREFIX}{session_id}")
    return _forget(condensed, places) > 0


@write
def forget_memory_of(user_id: UUID) -> int:
    """Removes what is remembered of a person, and how many things that were."""
    condensed = ChatCompaction.objects.filter(owner_user_id=user_id)
    return _forget(condensed, MemoryPlace.objects.filter(user_id=user_id))


def _forget(condensed: QuerySet[ChatCompaction], places: QuerySet[MemoryPlace]) -> int:
    removed, _ = condensed.delete()
    return removed + forget_places(list(places.values_list("key", flat=True)))
