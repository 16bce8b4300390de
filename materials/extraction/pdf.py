"""Text of PDF files, by PDFium.

Chosen over pure Python readers because it keeps lines in reading order, maps ligatures and
sub- and superscripts to Unicode, and needs about 2 ms a page.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from ctypes import byref
from dataclasses import dataclass
from itertools import chain
from statistics import median
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium

from materials.errors import BrokenFile, EncryptedFile
from materials.extraction.model import Extraction, Segment

# A heading is a short line in clearly larger type than the text of the document.
_HEADING_RATIO: Final = 1.15
_HEADING_CHARS: Final = 120
_FORMULA_SIGNS: Final = frozenset("=→⇌≈<>")
# A gap wider than this share of the type's height parts two cells of a table.
_CELL_GAP: Final = 1.0
_MANY_GAPS: Final = 4
_ALIKE: Final = 1.1
_PAGE_CHARS: Final = 100_000
_LINE_END_HYPHEN: Final = "\x02\ufffe"


@dataclass(frozen=True)
class _Line:
    """A line of text; `height` is that of its type in points."""

    text: str
    height: float


def read_pdf(content: bytes, page_limit: int) -> Extraction:
    """One segment a page. Raises EncryptedFile or BrokenFile."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        protected = error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise EncryptedFile if protected else BrokenFile from None
    read = min(len(document), page_limit)
    pages = [_page_lines(document, index) for index in range(read)]
    return Extraction(tuple(_segments(pages)), tuple(_warnings(pages, len(document))))


def _segments(pages: Sequence[list[_Line]]) -> Iterator[Segment]:
    body = _body_height(chain.from_iterable(pages))
    title: str | None = None
    for index, lines in enumerate(pages, start=1):
        headings = [line.text for line in lines if _is_heading(line, body)]
        # A page without a heading of its own continues the section before it.
        yield Segment("page", index, headings[0] if headings else title, _text(lines, body))
        title = headings[-1] if headings else title


def _text(lines: Sequence[_Line], body: float) -> str:
    parts: list[str] = []
    for line in lines:
        if parts and parts[-1].endswith(tuple(_LINE_END_HYPHEN)):
            parts[-1] = parts[-1][:-1] + line.text
        else:
            parts.append("\n" + line.text if _is_heading(line, body) else line.text)
    return "\n".join(parts)


def _body_height(lines: Iterator[_Line]) -> float:
    """The height that most characters have."""
    chars: Counter[float] = Counter()
    for line in lines:
        chars[line.height] += len(line.text)
    return chars.most_common(1)[0][0] if chars else 0.0


def _is_heading(line: _Line, body: float) -> bool:
    return (
        line.height > _HEADING_RATIO * body
        and len(line.text) <= _HEADING_CHARS
        and any(char.isalpha() for char in line.text)
        and not _FORMULA_SIGNS.intersection(line.text)
    )


def _page_lines(document: Any, index: int) -> list[_Line]:
    """The lines of a page; none when the page itself is broken, so that the others can be read."""
    try:
        page = document[index]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        return []
    lines = list(_lines(text_page))
    text_page.close()
    page.close()
    return lines


def _lines(text_page: Any) -> Iterator[_Line]:
    line = _LineBuilder()
    for char, box in _chars(text_page):
        if char in "\r\n":
            yield from line.finish()
            line = _LineBuilder()
        else:
            line.add(char, box)
    yield from line.finish()


class _LineBuilder:
    """Puts the characters of one line together, in cells where wide gaps part them."""

    def __init__(self) -> None:
        self._cells: list[list[str]] = [[]]
        self._gaps: list[float] = []
        self._heights: Counter[float] = Counter()
        self._end: float | None = None

    def add(self, char: str, box: Any) -> None:
        """Adds a character; PDFium puts spaces and hyphens of its own in, which have no box."""
        if box and not char.isspace():
            height = round(box.top - box.bottom, 1)
            if self._end is not None and box.left - self._end > _CELL_GAP * height:
                self._gaps.append(box.left - self._end)
                self._cells.append([])
            self._heights[height] += 1
            self._end = box.right
        self._cells[-1].append(char)

    def finish(self) -> Iterator[_Line]:
        """The line, if it holds anything."""
        separator = " " if self._is_justified() else " | "
        text = separator.join("".join(cell).strip() for cell in self._cells)
        if text and self._heights:
            yield _Line(text, self._heights.most_common(1)[0][0])

    def _is_justified(self) -> bool:
        """Whether the gaps are those of stretched prose: many and alike, but for a bullet's."""
        if len(self._gaps) < _MANY_GAPS:
            return False
        usual = median(self._gaps)
        odd = sum(not usual / _ALIKE < gap < usual * _ALIKE for gap in self._gaps)
        return odd <= 1


def _chars(text_page: Any) -> Iterator[tuple[str, Any]]:
    """Characters with their boxes; without one where PDFium put the character in itself."""
    for index in range(min(text_page.count_chars(), _PAGE_CHARS)):
        box = pdfium.FS_RECTF()
        known = pdfium.FPDFText_GetLooseCharBox(text_page, index, byref(box))
        yield chr(pdfium.FPDFText_GetUnicode(text_page, index)), box if known else None


def _warnings(pages: Sequence[list[_Line]], page_count: int) -> Iterator[str]:
    if page_count > len(pages):
        yield (
            f"Only the first {len(pages)} of {page_count} pages were read. Split the document "
            "and upload the rest as another material."
        )
    empty = [str(index) for index, lines in enumerate(pages, start=1) if not lines]
    if empty and len(empty) < len(pages):
        yield (
            f"No text was found on these pages: {', '.join(empty)}. If they are scans, run text "
            "recognition (OCR) on the file and upload it again."
        )
