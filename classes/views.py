"""Routes about classes."""

from typing import Any, ClassVar

from classes.errors import ClassCreateError, ClassJoinError
from classes.membership import NewClass, class_create, class_join
from classes.requests import CreateBody, JoinBody
from classes.throttles import JOIN_LIMITS
from stemcore.api.views import UserViewSet
from stemcore.errors import DomainError


class ClassCreateViewSet(UserViewSet):
    failure: ClassVar[type[DomainError]] = ClassCreateError

    async def create(self, body: CreateBody) -> dict[str, Any]:
        """Makes a class that the calling teacher owns."""
        new = NewClass(body.title, body.join_code, body.subject, body.level, body.description)
        return {"class_id": await class_create(self.caller, new)}


class ClassJoinViewSet(UserViewSet):
    failure: ClassVar[type[DomainError]] = ClassJoinError
    action_throttles = {"join": JOIN_LIMITS}

    async def join(self, body: JoinBody) -> dict[str, Any]:
        """Enrolls the calling student by a join code."""
        return {"class_id": await class_join(self.caller, body.join_code)}
