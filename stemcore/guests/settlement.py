"""Counting a guest's use in the very transaction that stores what it was used for."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import Error as DatabaseFailure
from django.db import connection, transaction
from psycopg.errors import LockNotAvailable

from stemcore.database import UPKEEP
from stemcore.guests import admissions
from stemcore.guests.errors import GuestRateLimitUnavailable
from stemcore.guests.retries import deadlocked

# As long as everybody waits for the turn: who gave up sooner, and came again, would never be first
# where many wait. No more than one thread of a process does (`leases.store_and_settle`).
_STAY_IN_LINE = f"SET LOCAL lock_timeout = '{UPKEEP.lock_wait_s}s'"


@dataclass
class Use:
    """A guest's use in hand; `settled` once a transaction that counted it has committed."""

    key: UUID
    settled: bool = False

    def settle(self) -> None:
        self.settled = True


_in_hand: ContextVar[Use | None] = ContextVar("guest_use", default=None)


@contextmanager
def in_hand(key: UUID) -> Iterator[Use]:
    """The use of the request in hand, for as long as the block runs."""
    use = Use(key)
    token = _in_hand.set(use)
    try:
        yield use
    finally:
        _in_hand.reset(token)


def is_due() -> bool:
    """Whether the request in hand is a guest's."""
    return _in_hand.get() is not None


def settle_in_transaction() -> None:
    """Ends the admission of the request in hand and counts its use, when the caller commits.

    To be called last in a unit that is one transaction; does nothing for who is no guest. Raises
    GuestRateLimitUnavailable when the use cannot be counted: then nothing may be stored.
    """
    use = _in_hand.get()
    if use is None:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(_STAY_IN_LINE)
        admissions.settle.sync(use.key)
    except DatabaseFailure as error:
        if deadlocked(error) or isinstance(error.__cause__, LockNotAvailable):
            raise  # others stood in the way: the caller's unit is run again
        raise GuestRateLimitUnavailable from None
    transaction.on_commit(use.settle)
