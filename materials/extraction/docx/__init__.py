"""Text of Word documents."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, Final

from materials.errors import EmbeddedBodies
from materials.extraction.docx.blocks import Block, Blocks
from materials.extraction.model import Extraction, Segment
from materials.extraction.ooxml.notices import Notices
from materials.extraction.ooxml.package import Package
from materials.extraction.ooxml.xml import children

PAGE_CHARS: Final = 3_000
"""A Word file does not say where its pages end; so many characters count as one."""


@dataclass
class _Group:
    """Blocks under one heading that make one segment."""

    title: str | None = None
    lines: list[str] = field(default_factory=list)
    chars: int = 0

    def add(self, text: str) -> None:
        self.lines.append(text)
        self.chars += len(text) + 1


def read_docx(source: IO[bytes], page_limit: int) -> Extraction:
    """The paragraphs and tables in groups: one under each heading, cut at about a page.

    Raises BrokenFile, TooLarge, or EmbeddedBodies when all text lies in files placed inside.
    """
    notices = Notices()
    main = Package(source).main_part("document")
    reader = Blocks(main, notices)
    # One body is the rule; some writers put several documents into one file.
    blocks = chain.from_iterable(map(reader.read, children(main.root, "body")))
    segments, is_cut = _segments(blocks, page_limit * PAGE_CHARS)
    if not segments and "embedded bodies" in notices:
        raise EmbeddedBodies
    warnings = [_cut_warning(page_limit)] if is_cut else []
    return Extraction(segments, (*warnings, *notices.warnings()))


def _segments(blocks: Iterable[Block], limit: int) -> tuple[tuple[Segment, ...], bool]:
    """The segments of at most so many characters, and whether there were more."""
    segments: list[Segment] = []
    left = limit
    for index, group in enumerate(_groups(blocks), start=1):
        if left <= 0:
            return tuple(segments), True
        text = "\n".join(group.lines)
        segments.append(Segment("paragraph", index, group.title, text[:left]))
        left -= len(text)
    return tuple(segments), left < 0


def _groups(blocks: Iterable[Block]) -> Iterator[_Group]:
    group = _Group()
    for block in blocks:
        # Headings that follow each other stand together, the last one names the group.
        starts_section = block.is_heading and group.lines and group.lines[-1] != group.title
        if starts_section or (group.lines and group.chars + len(block.text) > PAGE_CHARS):
            yield group
            group = _Group(group.title)
            if block.header and len(block.header) < PAGE_CHARS // 4:
                group.add(block.header)
        if block.is_heading:
            group.title = block.text
        group.add(block.text)
    if group.lines:
        yield group


def _cut_warning(page_limit: int) -> str:
    return (
        f"Only the first {page_limit} pages (about {page_limit * PAGE_CHARS:,} characters) were "
        "read. Split the document and upload the rest as another material."
    )
