"""The one guard of the routes that guests may use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from stemcore.deadline import Deadline
from stemcore.errors import UserTokenRequired
from stemcore.guests.errors import GuestSandboxRequired
from stemcore.guests.leases import leases
from stemcore.guests.sandboxes import verify_sandbox
from stemcore.supabase.tokens import PlatformUser

SLOT_WAIT_MS = 60_000


@asynccontextmanager
async def admission(
    feature: str, user: PlatformUser | None, sandbox_id: str | None, timeout_ms: int | None = None
) -> AsyncIterator[None]:
    """Admits one request for a feature, for as long as the block runs.

    A signed-in user passes freely, and so does the web app's own call without user and sandbox.
    A guest needs an active sandbox, a use that is left, and a slot, for which the request waits
    up to 60 s and no longer than its own `timeout_ms`. The use is counted when the block
    succeeds. Raises UserTokenRequired and the errors of `stemcore.guests.errors`.
    """
    if user is None and sandbox_id:
        raise UserTokenRequired
    if user is None or not user.is_anonymous:
        yield
        return
    if not sandbox_id:
        raise GuestSandboxRequired
    verified = await verify_sandbox(user.id, sandbox_id, feature)
    patience = Deadline.for_request(timeout_ms, SLOT_WAIT_MS).at_most(SLOT_WAIT_MS / 1000)
    async with leases().use(verified, feature, patience):
        yield
