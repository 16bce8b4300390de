"""The one guard of the routes that guests may use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from stemcore.errors import UserTokenRequired
from stemcore.guests.errors import GuestSandboxRequired
from stemcore.guests.sandboxes import verify_sandbox
from stemcore.supabase.tokens import PlatformUser


@asynccontextmanager
async def admission(
    feature: str, user: PlatformUser | None, sandbox_id: str | None
) -> AsyncIterator[None]:
    """Admits one request for a feature, for as long as the block runs.

    A signed-in user passes freely, and so does the web app's own call without user and sandbox.
    A guest needs an active sandbox. Raises UserTokenRequired and the errors of
    `stemcore.guests.errors`.
    """
    if user is None:
        if sandbox_id:
            raise UserTokenRequired
    elif user.is_anonymous:
        if not sandbox_id:
            raise GuestSandboxRequired
        await verify_sandbox(user.id, sandbox_id)
    yield
