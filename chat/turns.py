"""A turn of a conversation, as prompts and compaction see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Place = tuple[datetime, UUID]
"""Where a message stands in its session: by time, then by id."""


@dataclass(frozen=True)
class Turn:
    """One stored message.

    `author` is student, teacher or assistant; `cited` and `refused` say how the assistant
    answered.
    """

    id: UUID
    author: str
    text: str
    created_at: datetime
    cited: bool = False
    refused: bool = False

    @property
    def place(self) -> Place:
        return (self.created_at, self.id)

    @property
    def by_assistant(self) -> bool:
        return self.author == "assistant"


def turns_after(turns: Sequence[Turn], place: Place | None) -> Sequence[Turn]:
    """The turns, oldest first, that come after a place; all of them without one."""
    if place is None:
        return turns
    return [turn for turn in turns if turn.place > place]
