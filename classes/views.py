"""Routes about classes."""

from rest_framework.request import Request

from classes.errors import ClassCreateError, ClassJoinError
from classes.membership import NewClass, class_create, class_join
from classes.requests import CreateBody, JoinBody
from classes.responses import ClassData
from classes.throttles import JOIN_LIMITS
from stemcore.api.response import Response
from stemcore.api.views import UserViewSet


class ClassCreateViewSet(UserViewSet):
    failure = ClassCreateError

    async def create(self, request: Request, body: CreateBody) -> Response[ClassData]:
        """Makes a class that the calling teacher owns."""
        new = NewClass(body.title, body.join_code, body.subject, body.level, body.description)
        return Response({"class_id": await class_create(self.caller, new)})


class ClassJoinViewSet(UserViewSet):
    failure = ClassJoinError
    throttle_classes = JOIN_LIMITS

    async def join(self, request: Request, body: JoinBody) -> Response[ClassData]:
        """Enrolls the calling student by a join code."""
        return Response({"class_id": await class_join(self.caller, body.join_code)})
