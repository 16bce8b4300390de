"""What a chat remembers beside its messages, and its end."""

from uuid import UUID

from chat.models import ChatCompaction
from stemcore.database import write


@write
def forget_memory(session_id: UUID) -> bool:
    """Removes what the session condensed of earlier messages; False when there was nothing.

    The next long turn condenses anew, from the messages that are still there.
    """
    removed, _ = ChatCompaction.objects.filter(session_id=session_id).delete()
    return removed > 0
