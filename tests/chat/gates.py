"""Sends held where a test wants them, and the queue that they stand in."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chat.models import ChatMessage, ChatSession
from tests import factories
from tests.database import superuser
from tests.stubs.steps import Step


class Gate:
    """A provider that answers only when the test opens the gate."""

    def __init__(self, reply: Step) -> None:
        self.reply = reply
        self.arrived = threading.Event()
        self.opened = threading.Event()

    def __call__(self, request: Any) -> Step:
        self.arrived.set()
        self.opened.wait(60)
        return self.reply


async def until(condition: Callable[[], Any]) -> None:
    """Waits until the condition holds; a test that waits a minute in vain fails."""
    for _ in range(6_000):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("waited in vain")


def number(query: str, *values: Any) -> int:
    """The one number that a query gives."""
    row = superuser().execute(query, values).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(next(iter(row.values())))


def tickets() -> int:
    return number("SELECT count(*) FROM stem.send_tickets")


def contents(session: ChatSession) -> list[str]:
    messages = factories.rows(ChatMessage, session=session)
    return [message.content for message in sorted(messages, key=lambda m: (m.created_at, m.id))]


# A database that takes its time ------------------------------------------------------------------

HELD = 4_711


@contextmanager
def held_up(event: str, table: str, *, at_commit: bool = False) -> Iterator[None]:
    """Each such event, or the commit after it, waits until the block ends."""
    kind = "CONSTRAINT TRIGGER" if at_commit else "TRIGGER"
    when = "AFTER" if at_commit else "BEFORE"
    deferred = "DEFERRABLE INITIALLY DEFERRED" if at_commit else ""
    superuser().execute(
        f"""
        CREATE FUNCTION testing.hold_up() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock_shared({HELD}); RETURN NEW; END';
        CREATE {kind} held {when} {event} ON {table} {deferred}
        FOR EACH ROW EXECUTE FUNCTION testing.hold_up();
        SELECT pg_advisory_lock({HELD});
        """  # type: ignore[arg-type]
    )
    try:
        yield
    finally:
        superuser().execute(f"SELECT pg_advisory_unlock({HELD})")  # type: ignore[arg-type]
        superuser().execute("DROP FUNCTION testing.hold_up() CASCADE")


def someone_waits() -> bool:
    """Whether somebody is held up, in this database: the server's others are other tests'."""
    waiting = """
        SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
        WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
    """
    return number(waiting) > 0
