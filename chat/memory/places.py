"""Where memories are kept: a place for each class, user, purpose and session, as given.

Places are named by hashes of the whole, so that no id, however it is spelled, can be read as
another's or as a part of one. What they stand for is kept beside, so that they can be found again
and removed.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TypedDict
from uuid import UUID

from django.db import connection

from chat.models import MemoryPlace

NOTES = "notes"
MOST_PLACES = 500
"""Of a user in a class, without those that hold notes."""

SESSION_CHARS = 500
"""How much of a session's name is kept beside the hash, which is of the whole."""


@dataclass(frozen=True)
class Place:
    """No session is a place of its own, another than the session named ""."""

    class_id: UUID
    user_id: UUID
    purpose: str
    session: str | None

    @cached_property
    def key(self) -> str:
        """The name of its thread."""
        return _hash(str(self.class_id), str(self.user_id), self.purpose, self.session)

    @property
    def owner(self) -> str:
        """What all places of this user in this class have in common."""
        return _hash(str(self.class_id), str(self.user_id))

    @property
    def namespace(self) -> tuple[str, str, str]:
        """Where its notes are kept in the store."""
        return (NOTES, self.owner, self.key)


def _hash(*parts: str | None) -> str:
    return sha256(json.dumps(parts).encode()).hexdigest()


_REMEMBER = """
    insert into memory_places (key, owner, class_id, user_id, purpose, session)
    values (%s, %s, %s, %s, %s, left(%s, %s))
    on conflict (key) do update set used_at = now()
    returning xmax = 0
"""
_LONGEST_UNUSED = """
    select p.key from memory_places p where p.user_id = %s and p.class_id = %s
    and not exists (select from store s where s.prefix = concat_ws('.', %s, p.owner, p.key))
    order by p.used_at desc, p.key offset %s
"""


def remember_place(place: Place) -> None:
    """Says that something is kept there; to be called in the transaction that keeps it.

    Of a user's places in a class without a note, those go that were unused for longest.
    """
    values = (place.class_id, place.user_id, place.purpose, place.session, SESSION_CHARS)
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, [place.key, place.owner, *values])
        (is_new,) = cursor.fetchone()
        if is_new:
            cursor.execute(_LONGEST_UNUSED, [place.user_id, place.class_id, NOTES, MOST_PLACES])
            unused = [key for (key,) in cursor.fetchall()]
            if unused:
                forget_places(unused)


def _prefix(owner: str, key: str) -> str:
    """The namespace of a place's notes, as the store writes it."""
    return f"{NOTES}.{owner}.{key}"


class Kept(TypedDict):
    """What is kept at a place, to be shown."""

    class_id: str
    user_id: str
    purpose: str
    session: str | None
    used_at: str
    notes: list[str]


def kept_at(place: MemoryPlace) -> Kept:
    """A place and its notes, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select value ->> 'text' from store where prefix = %s order by updated_at desc, key",
            [_prefix(place.owner, place.key)],
        )
        notes = [text for (text,) in cursor.fetchall()]
    return {
        "class_id": str(place.class_id),
        "user_id": str(place.user_id),
        "purpose": place.purpose,
        "session": place.session,
        "used_at": place.used_at.isoformat(),
        "notes": notes,
    }


def forget_places(keys: list[str]) -> int:
    """Removes all that is kept at these places, and how many of them there were.

    To be called in a transaction. Their rows come first: who keeps something there meanwhile waits
    for them, and finds no place.
    """
    with connection.cursor() as cursor:
        cursor.execute("delete from memory_places where key = any(%s) returning owner, key", [keys])
        gone = cursor.fetchall()
        threads = [key for _, key in gone]
        for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes"):
            cursor.execute(f"delete from {table} where thread_id = any(%s)", [threads])  # noqa: S608
        prefixes = [_prefix(owner, key) for owner, key in gone]
        cursor.execute("delete from store where prefix = any(%s)", [prefixes])
    return len(gone)
