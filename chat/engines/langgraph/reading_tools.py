"""Tools that read what the class was given: the context of the request, and all its materials."""

from dataclasses import replace
from typing import Annotated, Final, Literal

from pydantic import Field

from chat.engines.catalogue import READ_CONTEXT, SEARCH_MATERIALS
from chat.engines.langgraph.toolbox import OUTPUT_CHARS, Arguments, ToolKind, add
from chat.engines.langgraph.work import Work
from materials.retrieval import material_context
from stemcore.citations import Passage, source_label, text_of
from stemcore.citations.labels import heading_of

PAGE_CHARS: Final = 12_000
MOST_PASSAGES: Final = 6
PASSAGE_CHARS: Final = (OUTPUT_CHARS - 1_500) // MOST_PASSAGES - 200
SEARCH_SECONDS: Final = 6.0

Query = Annotated[str, Field(min_length=1, max_length=1_000)]


class ReadContext(Arguments):
    part: Literal["blueprint", "material", "memory", "assignment", "transcript"] = "blueprint"
    offset: Annotated[int, Field(ge=0, description="Characters to leave out at the start.")] = 0


async def read_context(work: Work, arguments: ReadContext) -> str:
    """A page of one part of the grounding, with how much follows."""
    given = work.request.grounding
    texts = {
        "blueprint": given.blueprint,
        "material": given.material,
        "memory": given.memory,
        "assignment": given.assignment,
        "transcript": "",
    }
    if arguments.part == "transcript":
        texts["transcript"] = "\n".join(f"{turn.author}: {turn.text}" for turn in given.transcript)
    rest = texts[arguments.part][arguments.offset :]
    if not rest.strip():
        return f"There is no {arguments.part} from there on."
    more = len(rest) - PAGE_CHARS
    following = f"\n({more} characters follow.)" if more > 0 else ""
    return rest[:PAGE_CHARS] + following


class SearchMaterials(Arguments):
    query: Query


async def search_materials(work: Work, arguments: SearchMaterials) -> str:
    """The class's passages that fit a question best, each under a label that may be cited."""
    deadline = work.call.deadline.at_most(SEARCH_SECONDS)
    found = await material_context(
        work.request.asker.class_id, arguments.query, replace(work.call, deadline=deadline)
    )
    passages = [_labelled(work, passage) for passage in found.passages[:MOST_PASSAGES]]
    return text_of(passages) or "The materials of the class hold nothing on this."


def _labelled(work: Work, passage: Passage) -> Passage:
    """The passage under the label that it has already, or a new one, which may be cited then.

    A passage is the same when place and beginning agree, however far each was cut.
    """
    heading = heading_of(passage.label)
    title, place = (heading.title, heading.place) if heading else ("", "")
    text = passage.text[:PASSAGE_CHARS]
    last = 0
    for known in work.sources:
        of_known = heading_of(known.label)
        if of_known is None:
            continue
        last = max(last, of_known.number)
        same_place = (of_known.title, of_known.place) == (title, place)
        if same_place and known.text[:200] == passage.text[:200]:
            return Passage(known.label, text)
    added = Passage(source_label(last + 1, title, place), text)
    work.sources.append(added)
    return added


add(
    ToolKind(
        READ_CONTEXT,
        "Reads on in what this request was given: the blueprint, the retrieved material, the "
        "memory of earlier turns, the assignment or the transcript.",
        ReadContext,
        read_context,
        seconds=2.0,
    )
)
add(
    ToolKind(
        SEARCH_MATERIALS,
        "Searches all materials of the class. What it finds comes with labels to cite.",
        SearchMaterials,
        search_materials,
        seconds=SEARCH_SECONDS + 2.0,
    )
)
