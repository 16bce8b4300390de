"""What a session is remembered by beside its messages, and its end."""

from uuid import UUID

from chat.memory.places import forget_places
from chat.memory.sweep import SESSION_PREFIX
from chat.models import ChatCompaction, MemoryPlace
from stemcore.database import write


@write
def forget_memory(session_id: UUID) -> bool:
    """Removes what the session condensed of earlier messages, and the graph engine's turn and
    notes of it; False when there was nothing.

    The next long turn condenses anew, from the messages that are still there.
    """
    removed, _ = ChatCompaction.objects.filter(session_id=session_id).delete()
    places = MemoryPlace.objects.filter(session=f"{SESSION_PREFIX}{session_id}")
    return removed + forget_places(list(places.values_list("key", flat=True))) > 0
