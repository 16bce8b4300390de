"""What the lines of a document are to each other: headings, running lines, divided words."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, groupby
from typing import Final

from materials.extraction.pdf.document import HEADING_CHARS, Outline, Page
from materials.extraction.pdf.lines import MARK, Line

# A heading is a short line in clearly larger type than the text of the document, or in bold.
_LARGER: Final = 1.15
_NOT_SMALLER: Final = 0.98
_MUCH_BOLD: Final = 0.25
_FORMULA_SIGNS: Final = frozenset("=→⇌≈<>|…")
_WORD_OF_TITLE = re.compile(r"[^\W\d_]{2}")
_NO_TITLE = re.compile(
    r"(slide|page|folie|seite|blatt|sheet) ?\d+|.*[.,;:]|Microsoft Word - .*", re.I
)
_FOLLOWS: Final = 1.8

_PIECE_CHARS: Final = 8
_TORN_CHARS: Final = 2
_LEAST_PIECES: Final = 3
_END = re.compile(r"[\])}>;,]+|\w{2,}[.!?]")

_RUNNING_PAGES: Final = 4
_RUNNING_SHARE: Final = 0.4
_EDGE_LINES: Final = 2
_NUMBER = re.compile(r"\d+|\b[ivxl]+\b")
_DIVISION = re.compile(r"(\w+)-?$")
_CONTINUATION = re.compile(r"\w+")


@dataclass(frozen=True)
class Style:
    """What tells the headings of a document from its text."""

    body_size: float
    bold_counts: bool

    def is_heading(self, line: Line) -> bool:
        larger = line.size > _LARGER * self.body_size
        bold = self.bold_counts and line.bold and line.size >= _NOT_SMALLER * self.body_size
        return (larger or bold) and _could_be_title(line.text, strict=not larger)


def style_of(pages: Iterable[Page]) -> Style:
    chars: Counter[float] = Counter()
    bold = 0
    for line in chain.from_iterable(page.lines for page in pages):
        chars[line.size] += len(line.text)
        bold += len(line.text) if line.bold else 0
    body = max(chars, key=chars.__getitem__) if chars else 0.0
    return Style(body, bold_counts=bold < _MUCH_BOLD * chars.total())


def _could_be_title(text: str, *, strict: bool) -> bool:
    if len(text) > HEADING_CHARS or _FORMULA_SIGNS.intersection(text):
        return False
    if not _WORD_OF_TITLE.search(text):
        return False
    return not strict or not (text[0].islower() or _NO_TITLE.fullmatch(text))


def blocks(lines: Sequence[Line], style: Style) -> Iterator[tuple[str, bool]]:
    """The lines' texts, each with whether it is a heading; a heading of several lines is one."""
    last: Line | None = None
    heading = ""
    for line in lines:
        if not style.is_heading(line):
            if heading:
                yield heading, True
            heading, last = "", None
            yield line.text, False
        elif last and _goes_on(last, line) and len(heading) + len(line.text) <= HEADING_CHARS:
            heading, last = f"{heading} {line.text}", line
        else:
            if heading:
                yield heading, True
            heading, last = line.text, line
    if heading:
        yield heading, True


def with_pieces_together(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines, with the labels of a picture, or the pieces of a formula, on one."""
    for are_pieces, group in groupby(lines, _is_piece):
        found = list(group)
        torn = sum(len(line.text) <= _TORN_CHARS for line in found)
        if are_pieces and len(found) >= _LEAST_PIECES and 2 * torn >= len(found):
            yield found[0]._replace(text=" ".join(line.text for line in found), divided=False)
        else:
            yield from found


def _is_piece(line: Line) -> bool:
    """Whether a line is as short as a label, and no row, end of a sentence or of a program."""
    return (
        len(line.text) <= _PIECE_CHARS and MARK not in line.text and not _END.fullmatch(line.text)
    )


def _goes_on(last: Line, line: Line) -> bool:
    drop = last.baseline - line.baseline
    alike = abs(last.size - line.size) < 0.05 * line.size and last.bold == line.bold
    return alike and 0 < drop < _FOLLOWS * line.size


def titles_by_page(outline: Outline) -> Outline:
    """The outline without what names no section."""
    named = {
        page: [t for t in titles if _WORD_OF_TITLE.search(t) and not _is_counter(t)]
        for page, titles in outline.items()
    }
    return {page: titles for page, titles in named.items() if titles}


def _is_counter(title: str) -> bool:
    return bool(_NO_TITLE.fullmatch(title)) and not title.endswith((".", ",", ";", ":"))


def without_running_lines(pages: Sequence[Page]) -> list[Page]:
    """The pages with the lines that most of them repeat at their edges left once.

    Page numbers, which are such lines and nothing else, go everywhere.
    """
    edges = [_edge_lines(page) for page in pages]
    counts = Counter(key for page in edges for key in {_running_key(line) for line in page})
    needed = max(_RUNNING_PAGES - 1, _RUNNING_SHARE * len(pages))
    running = {key for key, count in counts.items() if count >= needed}
    if len(pages) < _RUNNING_PAGES or not running:
        return list(pages)
    seen = {"#"}
    return [_without(page, edge, running, seen) for page, edge in zip(pages, edges, strict=True)]


def _edge_lines(page: Page) -> list[Line]:
    from_below = sorted(page.lines, key=lambda line: line.baseline)
    if len(from_below) <= 2 * _EDGE_LINES:
        return from_below
    return from_below[:_EDGE_LINES] + from_below[-_EDGE_LINES:]


def _running_key(line: Line) -> str:
    return _NUMBER.sub("#", line.text.casefold().replace(MARK, " ")).strip(" -–—|")


def _without(page: Page, edge: Sequence[Line], running: set[str], seen: set[str]) -> Page:
    repeated = set()
    for line in edge:
        key = _running_key(line)
        if key in running:
            if key in seen:
                repeated.add(id(line))
            seen.add(key)
    kept = tuple(line for line in page.lines if id(line) not in repeated)
    # What would leave nothing but the number of a page is no frame: slides of one line each.
    is_frame = kept or all(_running_key(line) == "#" for line in page.lines)
    return replace(page, lines=kept) if is_frame else page


class Divisions:
    """Puts words together that are divided at the end of a line, as the document spells them."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = pages

    @cached_property
    def _words(self) -> set[str]:
        lines = chain.from_iterable(page.lines for page in self._pages)
        return {word for line in lines for word in re.findall(r"\w[\w-]*", line.text)}

    def joined(self, lines: Sequence[Line]) -> list[Line]:
        """The lines, with what follows a divided word on the line where it begins."""
        whole: list[Line] = []
        for line in lines:
            joint = self._joint(whole[-1], line) if whole else None
            if joint is None:
                whole.append(line)
            else:
                begun = whole[-1]
                text = begun.text.removesuffix("-") + joint + line.text
                whole[-1] = begun._replace(text=text, divided=line.divided)
        return [x._replace(text=x.text + "-") if x.divided else x for x in whole]

    def _joint(self, begun: Line, line: Line) -> str | None:
        """What stands between the two parts of a word, or None when they are no such parts."""
        if not begun.divided and not begun.text.endswith("-"):
            return None
        first, second = _DIVISION.search(begun.text), _CONTINUATION.match(line.text)
        if not first or not second:
            return None
        together, apart = first[1] + second[0], f"{first[1]}-{second[0]}"
        if together in self._words:
            return ""
        if apart in self._words:
            return "-"
        return "" if begun.divided else None
