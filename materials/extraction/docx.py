"""Text of Word documents."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, Final

import docx

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

# A Word file does not say where its pages end; so many characters count as one.
PAGE_CHARS: Final = 3_000
_HEADING = re.compile(r"(heading \d|title)$", re.IGNORECASE)
_BODY_TEXT_LEVEL = 9


@dataclass
class _Group:
    """Paragraphs under one heading that make one segment."""

    title: str | None = None
    lines: list[str] = field(default_factory=list)
    chars: int = 0

    def add(self, text: str) -> None:
        self.lines.append(text)
        self.chars += len(text) + 1


def read_docx(source: IO[bytes], page_limit: int) -> Extraction:
    """The paragraphs and tables in groups: one under each heading, cut at about a page."""
    document = docx.Document(source)
    headings = _heading_styles(document)
    segments: list[Segment] = []
    left = page_limit * PAGE_CHARS
    for index, group in enumerate(_groups(document.element.body, headings), start=1):
        text = "\n".join(group.lines)
        segments.append(Segment("paragraph", index, group.title, text[:left]))
        left -= len(text)
        if left < 0:
            return Extraction(tuple(segments), (_cut_warning(page_limit),))
    return Extraction(tuple(segments))


def _groups(body: Element, headings: frozenset[str]) -> Iterator[_Group]:
    group = _Group()
    for block in blocks(body):
        text, is_heading = _block(block, headings)
        if not text.strip():
            continue
        # Headings that follow each other stand together, the last one names the group.
        starts_section = is_heading and group.lines and group.lines[-1] != group.title
        if starts_section or group.chars + len(text) > PAGE_CHARS:
            if group.lines:
                yield group
            group = _Group(group.title)
        if is_heading:
            group.title = text
        group.add(text)
    if group.lines:
        yield group


def _block(block: Element, headings: frozenset[str]) -> tuple[str, bool]:
    """The text of a paragraph or table, and whether it is a heading."""
    if local_name(block) == "tbl":
        return table_text(block), False
    properties = child(block, "pPr")
    text = inline_text(block).strip()
    if not text or properties is None:
        return text, False
    style = attribute(child(properties, "pStyle"), "val")
    level = attribute(child(properties, "outlineLvl"), "val")
    if style in headings or _is_outline(level):
        return " ".join(text.split()), True
    if child(properties, "numPr") is not None or "List" in (style or ""):
        depth = attribute(child(properties, "numPr", "ilvl"), "val") or "0"
        return "  " * min(int(depth), 8) + "- " + text, False
    return text, False


def _is_outline(level: str | None) -> bool:
    return level is not None and level.isdigit() and int(level) < _BODY_TEXT_LEVEL


def _heading_styles(document: Any) -> frozenset[str]:
    """Ids of the styles that make a heading: by built-in name, outline level, or by their base."""
    found: set[str] = set()
    for style in document.styles:
        ancestor, depth = style, 0
        while ancestor is not None and depth < 10:
            level = attribute(child(ancestor.element, "pPr", "outlineLvl"), "val")
            if _HEADING.match(ancestor.name or "") or _is_outline(level):
                found.add(style.style_id)
                break
            ancestor, depth = getattr(ancestor, "base_style", None), depth + 1
    return frozenset(found)


def _cut_warning(page_limit: int) -> str:
    return (
        f"Only the first {page_limit} pages (about {page_limit * PAGE_CHARS:,} characters) were "
        "read. Split the document and upload the rest as another material."
    )
