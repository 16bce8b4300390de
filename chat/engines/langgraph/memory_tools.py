"""Tools of the long-term memory: what the user asked to have remembered, in this place alone."""

from typing import Annotated, Final

from pydantic import Field

from chat.engines.catalogue import SAVE_MEMORY, SEARCH_MEMORY
from chat.engines.langgraph.toolbox import Arguments, ToolKind, add
from chat.engines.langgraph.work import Work
from chat.memory.notes import find_notes, save_note
from chat.memory.wishes import wished_note

NOT_WISHED: Final = (
    "Not saved: only what the user's own message asks to remember is saved, in its words."
)


class SearchMemory(Arguments):
    query: Annotated[str, Field(max_length=1_000)]


async def search_memory(work: Work, arguments: SearchMemory) -> str:
    notes = await find_notes(work.place, arguments.query, work.call)
    return "\n".join(f"- {note}" for note in notes) or "Nothing is remembered."


class SaveMemory(Arguments):
    text: Annotated[str, Field(min_length=1, max_length=2_000)]


async def save_memory(work: Work, arguments: SaveMemory) -> str:
    """Keeps what the message says of it, not what the model made of that."""
    note = wished_note(work.request.message, arguments.text)
    if note is None:
        return NOT_WISHED
    await save_note(work.place, note, work.call)
    return f"Saved: {note}"


add(
    ToolKind(
        SEARCH_MEMORY,
        "Searches what this user asked to have remembered in earlier conversations of this kind.",
        SearchMemory,
        search_memory,
        seconds=6.0,
    )
)
add(
    ToolKind(
        SAVE_MEMORY,
        "Saves a note, when the user's message asks to remember it; say it in the user's words.",
        SaveMemory,
        save_memory,
        seconds=6.0,
    )
)
