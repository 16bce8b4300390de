"""Text of PDF files, by PDFium.

PDFium knows the characters and where they are printed; what belongs to a line, a cell, a script or
a heading is decided here, from sizes and places.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from materials.errors import UnreadableText
from materials.extraction.model import Extraction, Segment
from materials.extraction.pdf.document import Document, Outline, Page
from materials.extraction.pdf.structure import (
    Divisions,
    blocks,
    style_of,
    titles_by_page,
    with_pieces_together,
    without_running_lines,
)
from materials.quality import is_gibberish, is_language

_UNREADABLE_SHARE: Final = 0.3
_NAMED_PAGES: Final = 20


def read_pdf(content: bytes, page_limit: int) -> Extraction:
    """One segment a page. Raises EncryptedFile, BrokenFile or UnreadableText."""
    document = Document(content)
    found = [document.page(index) for index in range(min(document.page_count, page_limit))]
    garbled = [_is_garbled(page) for page in found]
    pages = without_running_lines(
        [Page() if bad else page for page, bad in zip(found, garbled, strict=True)]
    )
    if any(garbled) and not any(page.lines or page.notes for page in pages):
        raise UnreadableText
    outline = titles_by_page(document.outline())
    warnings = _warnings(found, garbled, document.page_count)
    return Extraction(tuple(_segments(pages, outline)), tuple(warnings))


def _segments(pages: Sequence[Page], outline: Outline) -> Iterator[Segment]:
    style, divisions = style_of(pages), Divisions(pages)
    title: str | None = None
    for index, page in enumerate(pages):
        parts = list(blocks(list(with_pieces_together(divisions.joined(page.lines))), style))
        named = outline.get(index, []) if outline else [text for text, head in parts if head]
        # A page without a heading of its own continues the section before it.
        text = "\n".join([_text(parts), *_notes(page)]).strip()
        yield Segment("page", index + 1, named[0] if named else title, text)
        title = named[-1] if named else title


def _text(parts: Sequence[tuple[str, bool]]) -> str:
    return "\n".join(f"\n{text}" if is_heading else text for text, is_heading in parts)


def _notes(page: Page) -> list[str]:
    return ["", *page.notes] if page.notes else []


def _is_garbled(page: Page) -> bool:
    """Whether the text would be read as nonsense, whatever the page shows."""
    text = " ".join(line.text for line in page.lines)
    if page.unreadable > _UNREADABLE_SHARE or is_gibberish(text):
        return True
    return page.unmapped > _UNREADABLE_SHARE and not is_language(text)


def _warnings(pages: Sequence[Page], garbled: Sequence[bool], page_count: int) -> Iterator[str]:
    if page_count > len(pages):
        yield (
            f"Only the first {len(pages)} of {page_count} pages were read. Split the document "
            "and upload the rest as another material."
        )
    scans = [number for number, page in enumerate(pages, start=1) if page.is_scan]
    if scans:
        yield (
            f"These pages are pictures without text: {_numbers(scans)}. If they are scans, run "
            "text recognition (OCR) on the file and upload it again."
        )
    unreadable = [number for number, bad in enumerate(garbled, start=1) if bad]
    if unreadable:
        yield (
            f"The text of these pages cannot be read by a program: {_numbers(unreadable)}. They "
            "were left out. Run text recognition (OCR) on the file and upload it again."
        )


def _numbers(pages: Sequence[int]) -> str:
    named = ", ".join(map(str, pages[:_NAMED_PAGES]))
    more = len(pages) - _NAMED_PAGES
    return named if more <= 0 else f"{named} and {more} more"
