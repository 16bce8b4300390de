"""Routes about classes."""

from rest_framework.request import Request

from classes.errors import (
    ClassCreateError,
    ClassJoinError,
    ClassNotFound,
    ForbiddenAccountType,
    JoinCodeConflict,
    ProfileMissing,
)
from classes.membership import NewClass, create_class, join_class
from classes.requests import CreateBody, JoinBody
from classes.responses import ClassData
from classes.throttles import JOIN_LIMITS
from stemcore.api.response import Response
from stemcore.api.views import UserViewSet, raises


class ClassCreateViewSet(UserViewSet):
    tag = "Classes"
    failure = ClassCreateError

    @raises(ForbiddenAccountType, JoinCodeConflict, ProfileMissing)
    async def create(self, request: Request, body: CreateBody) -> Response[ClassData]:
        """Create a class.

        The calling teacher owns it and is enrolled in it. `join_code_conflict` asks for another
        code.
        """
        new = NewClass(body.title, body.join_code, body.subject, body.level, body.description)
        return Response({"class_id": await create_class(self.caller, new)})


class ClassJoinViewSet(UserViewSet):
    tag = "Classes"
    failure = ClassJoinError
    throttle_classes = JOIN_LIMITS

    @raises(ForbiddenAccountType, ClassNotFound, ProfileMissing)
    async def join(self, request: Request, body: JoinBody) -> Response[ClassData]:
        """Join a class.

        Enrolls the calling student by a join code, in any letter case. Joining again succeeds and
        changes nothing.
        """
        return Response({"class_id": await join_class(self.caller, body.join_code)})
