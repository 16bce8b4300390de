"""Who comes to the chat of which class."""

from dataclasses import dataclass
from uuid import UUID

from classes.access import Membership, class_membership
from stemcore.supabase.tokens import PlatformUser


@dataclass(frozen=True)
class Visit:
    """A user at the door of a class, with the sandbox that a guest names."""

    user: PlatformUser
    class_id: UUID
    sandbox_id: UUID | None = None

    def enter(self) -> Membership:
        """The user's membership; to be called inside a unit of work.

        Raises ClassAccessRequired.
        """
        return class_membership(self.user, self.class_id, self.sandbox_id)
