"""Text of PowerPoint presentations, with the speaker notes."""

from typing import IO, Any, Final

import pptx

from materials.extraction.model import Extraction, Segment
from materials.extraction.ooxml import (
    Element,
    attribute,
    blocks,
    child,
    inline_text,
    local_name,
    table_text,
)

_BULLETS: Final = ("buChar", "buAutoNum", "buBlip")


def read_pptx(source: IO[bytes], page_limit: int) -> Extraction:
    """One segment a slide: its title, text, tables and notes, in the order of the file."""
    slides = list(pptx.Presentation(source).slides)
    read = [_segment(slide, index) for index, slide in enumerate(slides[:page_limit], start=1)]
    warnings = []
    if len(slides) > page_limit:
        warnings.append(
            f"Only the first {page_limit} of {len(slides)} slides were read. Split the "
            "presentation and upload the rest as another material."
        )
    empty = [segment.source_index for segment in read if not segment.text.strip()]
    if empty:
        numbers = ", ".join(map(str, empty))
        warnings.append(f"No text was found on these slides: {numbers}. Pictures are not read.")
    return Extraction(tuple(read), tuple(warnings))


def _segment(slide: Any, index: int) -> Segment:
    title = slide.shapes.title
    lines = [_block_text(block) for block in blocks(slide.shapes.element)]
    notes = _notes(slide)
    if notes:
        lines.append(f"\nNotes: {notes}")
    text = "\n".join(line for line in lines if line.strip())
    return Segment("slide", index, _title_text(title) if title is not None else None, text)


def _title_text(title: Any) -> str | None:
    return " ".join(inline_text(title.element).split()) or None


def _notes(slide: Any) -> str:
    if not slide.has_notes_slide:
        return ""
    notes = slide.notes_slide.notes_placeholder
    return "\n".join(map(_block_text, blocks(notes.element))).strip() if notes else ""


def _block_text(block: Element) -> str:
    if local_name(block) == "tbl":
        return table_text(block)
    text = inline_text(block).strip()
    properties = child(block, "pPr")
    if not text or properties is None:
        return text
    level = int(attribute(properties, "lvl") or 0)
    if level or any(child(properties, bullet) is not None for bullet in _BULLETS):
        return "  " * min(level, 8) + "- " + text
    return text
