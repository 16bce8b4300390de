"""Who may see a class's reports: its teachers and assistants."""

from dataclasses import dataclass
from uuid import UUID

from analytics.errors import AnalyticsForbidden, ClassNotFound
from classes.access import Membership, class_membership
from classes.errors import ClassAccessRequired
from classes.models import Classroom, Profile
from stemcore.supabase.tokens import PlatformUser


@dataclass(frozen=True)
class Reader:
    """Who asks for the reports of which class, and the sandbox that a guest names.

    `user` is the user of the access token. Without one the service key vouches for `user_id`.
    """

    user: PlatformUser | None
    user_id: UUID
    class_id: UUID
    sandbox_id: UUID | None = None

    def enter(self) -> Membership:
        """The teacher's membership; to be called inside a unit of work.

        Raises ClassNotFound and AnalyticsForbidden.
        """
        try:
            membership = class_membership(
                self.user or self._vouched(), self.class_id, self.sandbox_id
            )
        except ClassAccessRequired:
            if Classroom.objects.filter(id=self.class_id).exists():
                raise AnalyticsForbidden from None
            raise ClassNotFound from None
        if not membership.is_teacher:
            raise AnalyticsForbidden
        return membership

    def _vouched(self) -> PlatformUser:
        """The user whom the body names; the platform gives everybody but guests a profile."""
        is_anonymous = not Profile.objects.filter(id=self.user_id).exists()
        return PlatformUser(self.user_id, is_anonymous, None, "authenticated")
