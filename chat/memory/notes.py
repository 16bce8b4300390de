"""Notes: what a user asked to have remembered, kept in LangGraph's store and found again.

A note is found by its words and, where an embedding can be had, by its meaning; both rankings are
joined by reciprocal rank, as in the search of materials.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from django.db import connection
from structlog import get_logger

from chat.memory.library import TEXT, UnitStore
from chat.memory.places import NOTES, Place, remember_place
from materials.models import COLUMN_DIMENSIONS
from stemcore.database import read, write
from stemcore.prompts import visible_text
from stemcore.providers import Call, ProviderError, embed
from stemcore.rank_fusion import reciprocal_rank_fusion
from stemcore.sentences import stems, words
from stemcore.words import FUNCTION_WORDS, folded, stem

log = get_logger(__name__)

MOST_NOTES: Final = 200
"""Of a user in a class; the oldest go."""

FOUND: Final = 8
EMBEDDING_SECONDS: Final = 4.0

_SIGN: Final = re.compile(r"[<>=≤≥≠±]|[-+](?=\d)")


@dataclass(frozen=True)
class Meaning:
    """An embedding and the model that made it."""

    numbers: tuple[float, ...]
    model: str


async def save_note(place: Place, text: str, call: Call) -> None:
    """Keeps a note, instead of one that says the same."""
    await _save(place, text, await _meaning(text, call))


async def find_notes(place: Place, query: str, call: Call) -> list[str]:
    """The notes of a place that fit a question best, at most `FOUND`; all when there are few."""
    notes = await _newest(place)
    if len(notes) <= FOUND or not query.strip():
        return notes[:FOUND]
    meaning = await _meaning(query, call)
    near = await _nearest(place, query, meaning) if meaning else []
    return reciprocal_rank_fusion([near, _by_words(query, notes)])[:FOUND]


async def _meaning(text: str, call: Call) -> Meaning | None:
    """None when no embedding can be had; words serve alone then."""
    deadline = call.deadline.at_most(min(EMBEDDING_SECONDS, call.deadline.remaining() / 4))
    try:
        made = await embed(
            [text], replace(call, purpose="chat_memory_embedding", deadline=deadline)
        )
    except ProviderError:
        log.warning("note_embedding_failed")  # the gateway has logged the cause
        return None
    numbers = made.embeddings[0]
    if len(numbers) != COLUMN_DIMENSIONS:
        return None
    return Meaning(tuple(numbers), made.model.rpartition("/")[2])


@write
def _save(place: Place, text: str, meaning: Meaning | None) -> None:
    _lock_owner(place)
    remember_place(place)
    vectors = {text: meaning.numbers} if meaning else None
    value = {TEXT: text, "model": meaning.model if meaning else None}
    store = UnitStore(vectors)
    key = _key(text)
    store.delete(place.namespace, key)  # with the embedding of what it replaces
    store.put(place.namespace, key, value, index=None if meaning else False)
    _drop_oldest(place)


def _key(text: str) -> str:
    """The same for notes that differ in case, spelling of a word's end, and articles and the like.

    Words such as not, no, before and after count: without them a note says the opposite.
    """
    plain = folded(visible_text(text))
    said = [stem(word) for word in words(plain) if word not in FUNCTION_WORDS]
    said = [*said, *_SIGN.findall(plain)] or [plain]
    return sha256(" ".join(said).encode("utf-8", "replace")).hexdigest()[:32]


def _lock_owner(place: Place) -> None:
    """Lets those wait who save for the same user in the same class at once."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [place.owner])


def _drop_oldest(place: Place) -> None:
    """Keeps the newest notes of the user in the class."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            delete from store s using (
                select prefix, key from store where prefix like %(all)s
                order by updated_at desc, key offset %(most)s
            ) old
            where s.prefix = old.prefix and s.key = old.key
            """,
            {"all": f"{NOTES}.{place.owner}.%", "most": MOST_NOTES},
        )


@read
def _newest(place: Place) -> list[str]:
    """All notes of a place, newest first."""
    found = UnitStore().search(place.namespace, limit=MOST_NOTES)
    return [str(item.value[TEXT]) for item in found]


@read
def _nearest(place: Place, query: str, meaning: Meaning) -> list[str]:
    """The notes nearest in meaning, of those that the same model embedded."""
    found = UnitStore({query: meaning.numbers}).search(
        place.namespace, query=query, filter={"model": meaning.model}, limit=2 * FOUND
    )
    return [str(item.value[TEXT]) for item in found]


def _by_words(query: str, notes: Sequence[str]) -> list[str]:
    """The notes that share words with a question, those that share most first."""
    wanted = set(stems(query))
    shared = {note: len(wanted & set(stems(note))) for note in notes}
    return sorted((note for note in notes if shared[note]), key=shared.__getitem__, reverse=True)
