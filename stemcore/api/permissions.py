"""Who may use a route; what a person may do in a class is asked of `classes.access`."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class SignedIn(BasePermission):
    """Lets in who brought a user's access token; guests have one too."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.user is not None
