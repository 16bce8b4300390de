"""Staff of each role, and a browser's side of the admin without a browser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from stemcore.console.roles import make_roles


@pytest.fixture
def staff(database: Any) -> Callable[..., Client]:
    """A client logged in as a member of these roles; without one, as a superuser."""

    def log_in(*roles: str) -> Client:
        make_roles()
        user = get_user_model().objects.create_user(
            username=f"staff-{'-'.join(roles) or 'all'}",
            password="a-long-password-of-the-tests",
            is_staff=True,
            is_superuser=not roles,
        )
        user.groups.set(_groups(roles))
        client = Client()
        client.force_login(user)
        return client

    return log_in


def _groups(names: tuple[str, ...]) -> list[Any]:
    from django.contrib.auth.models import Group

    return [*Group.objects.filter(name__in=names)]
