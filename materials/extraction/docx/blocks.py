"""The paragraphs and tables of a Word document as blocks of text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from materials.extraction.docx.notes import Note, Notes
from materials.extraction.docx.numbering import BULLET, LEVELS, Numbering
from materials.extraction.docx.runs import Line, Runs
from materials.extraction.docx.styles import Style, Styles, is_outline, number_of
from materials.extraction.ooxml.drawings import graphic_lines
from materials.extraction.ooxml.notices import Notices
from materials.extraction.ooxml.package import Part
from materials.extraction.ooxml.tables import table_rows
from materials.extraction.ooxml.xml import (
    Element,
    alternatives,
    child,
    local_name,
    switch,
    value,
)

_SKIPPED: Final = frozenset({"del", "moveFrom", "sdtPr", "sdtEndPr", "sectPr", "pPr", "rPr"})


@dataclass(frozen=True)
class Block:
    """A paragraph or a row of a table. `header` is the first row, when this is a later one."""

    text: str
    is_heading: bool = False
    header: str | None = None


class Blocks:
    """Reads the blocks of one document, in order: lists and notes are counted on the way."""

    def __init__(self, main: Part, notices: Notices) -> None:
        self._main = main
        self._notices = notices
        self._styles = Styles(_root(main.related_by("styles")))
        self._numbering = Numbering(_root(main.related_by("numbering")))
        self._notes = Notes(main, notices)

    def read(self, container: Element) -> Iterator[Block]:
        """The blocks below a container that hold text."""
        return (block for block in self._below(container, self._notes) if block.text.strip())

    def _below(self, container: Element, notes: Notes | None) -> Iterator[Block]:
        for element in container:
            name = local_name(element)
            if name == "p":
                yield from self._paragraph(element, notes)
            elif name == "tbl":
                yield from self._table(element, notes)
            elif name == "altChunk":
                self._notices.add("embedded bodies")
            elif name == "AlternateContent":
                yield from self._below(alternatives(element), notes)
            elif name == "sdt" and switch(child(element, "sdtPr"), "showingPlcHdr"):
                continue  # the prompt of an empty form field
            elif name not in _SKIPPED:
                yield from self._below(element, notes)

    def _paragraph(self, paragraph: Element, notes: Notes | None) -> Iterator[Block]:
        """The paragraph, then its notes, text boxes, diagrams and charts."""
        properties = child(paragraph, "pPr")
        style = self._styles.paragraph(value(properties, "pStyle"))
        runs = Runs(style, self._styles, notes, self._notices)
        runs.read(paragraph)
        yield self._own_block(runs.line, properties, style)
        yield from (Block(self._note(note)) for note in runs.line.notes)
        for box in runs.line.boxes:
            yield from self._below(box, notes)
        for graphic in runs.line.graphics:
            yield from map(Block, graphic_lines(graphic, self._main, self._notices))

    def _own_block(self, line: Line, properties: Element | None, style: Style) -> Block:
        text = line.text.strip()
        level = value(properties, "outlineLvl")
        is_heading = is_outline(level) or (style.is_heading and level is None)
        if not text:
            return Block("")
        label, indent = self._label(properties, style)
        if is_heading:
            return Block(" ".join(f"{label} {text}".split()), is_heading=True)
        return Block(f"{indent}{label} {text}" if label else text)

    def _label(self, properties: Element | None, style: Style) -> tuple[str, str]:
        """The number or bullet that stands before a paragraph, and its indent."""
        own_list, own_level = number_of(properties)
        listed = own_list if own_list is not None else style.number[0]
        level = own_level if own_level is not None else style.number[1]
        if listed == "0":
            return "", ""
        label = self._numbering.label(listed, level)
        if not label and style.is_list and listed is None:
            label = BULLET
        return label, "  " * min(max(level or 0, 0), LEVELS - 1)

    def _note(self, note: Note) -> str:
        if note.element is None:
            return ""
        texts = (block.text.strip() for block in self._below(note.element, None))
        return f"{note.mark} {' '.join(text for text in texts if text)}".strip()

    def _table(self, table: Element, notes: Notes | None) -> Iterator[Block]:
        rows = table_rows(table, lambda cell: self._cell(cell, notes))
        for index, row in enumerate(rows):
            yield Block(row, header=rows[0] if index else None)

    def _cell(self, cell: Element, notes: Notes | None) -> str:
        return "\n".join(block.text for block in self._below(cell, notes))


def _root(part: Part | None) -> Element | None:
    return part.root if part else None
