"""Limits on guessing join codes.

Per account first; loosely per address, because a whole school is one. A refusal reads like that
of a wrong code, so that only its status tells them apart.
"""

from rest_framework.throttling import BaseThrottle

from classes.errors import ClassNotFound
from stemcore.api.throttles import PerAddress, PerUser, ServiceWide


class JoinPerUser(PerUser):
    scope = "join_user"
    message = ClassNotFound.message


class JoinPerAddress(PerAddress):
    scope = "join_address"
    message = ClassNotFound.message


class JoinServiceWide(ServiceWide):
    scope = "join_service"
    message = ClassNotFound.message


JOIN_LIMITS: list[type[BaseThrottle]] = [JoinPerUser, JoinPerAddress, JoinServiceWide]
