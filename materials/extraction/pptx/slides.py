"""One slide: its shapes, tables, diagrams, charts and speaker notes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from materials.extraction.ooxml.drawings import graphic_lines
from materials.extraction.ooxml.notices import Notices, is_old_equation
from materials.extraction.ooxml.package import Part
from materials.extraction.ooxml.tables import table_rows
from materials.extraction.ooxml.xml import (
    Element,
    alternatives,
    attribute,
    child,
    children,
    descendants,
    local_name,
)
from materials.extraction.pptx.inheritance import list_styles
from materials.extraction.pptx.paragraphs import Paragraphs

# Placeholders that repeat on every slide and say nothing about it.
_FURNITURE: Final = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})
_TITLES: Final = frozenset({"title", "ctrTitle"})
_LABEL_CHARS: Final = 24
_COUNTED: Final = 10
"""Equal labels, as the people of a chart, that are counted rather than named."""


@dataclass(frozen=True)
class Slide:
    """The text of a slide. `has_picture` says whether there is more to see than text."""

    title: str | None
    text: str
    has_picture: bool


class _Label(str):
    """The few words of a shape that is part of a picture: "0", "Sun", "last slide"."""

    __slots__ = ()


def read_slide(part: Part, notices: Notices) -> Slide:
    """A slide and its notes; shapes in the order of the file, but for a title, which is first."""
    reader = _Shapes(part, notices)
    tree = child(part.root, "cSld", "spTree")
    shapes = sorted(tree, key=_is_no_title) if tree is not None else ()
    lines = list(_with_labels_together(reader.lines(shapes)))
    notes = _notes(part.related_by("notesSlide"), notices)
    lines += [f"\nNotes: {notes}"] if notes else []
    return Slide(reader.title, "\n".join(lines), reader.has_picture)


@dataclass
class _Shapes:
    """Reads the shapes of one slide and remembers its title."""

    part: Part
    notices: Notices
    title: str | None = None
    has_picture: bool = False

    def lines(self, shapes: Iterable[Element]) -> Iterator[str]:
        """The lines of the shapes below an element that hold text."""
        for shape in shapes:
            name = local_name(shape)
            if name == "AlternateContent":
                yield from self.lines(alternatives(shape))
            elif _is_hidden(shape):
                self._count_hidden(shape)
            elif name == "sp":
                yield from self._text_shape(shape)
            elif name == "grpSp":
                yield from self.lines(shape)
            elif name == "graphicFrame":
                yield from self._frame(shape)
            elif name in ("pic", "contentPart"):
                self.has_picture = True

    def _text_shape(self, shape: Element) -> Iterator[str]:
        kind = placeholder(shape)
        if kind in _FURNITURE:
            return
        body = child(shape, "txBody")
        reader = Paragraphs(self.notices, list_styles(shape, self.part))
        lines = list(reader.lines(body)) if body is not None else []
        if kind in _TITLES and self.title is None:
            self.title = " ".join(" ".join(lines).split()) or None
        if kind is None and len(lines) == 1 and len(lines[0]) <= _LABEL_CHARS:
            yield _Label(" ".join(lines[0].split()))
        else:
            yield from lines

    def _frame(self, frame: Element) -> Iterator[str]:
        """A table, diagram, chart or embedded object."""
        for table in descendants(frame, "tbl"):
            yield from table_rows(table, self._cell)
        yield from graphic_lines(frame, self.part, self.notices)
        programs = {attribute(e, "progId") for e in descendants(frame, "oleObj")}
        self.notices.add("old equations", sum(map(is_old_equation, programs)))
        self.has_picture = self.has_picture or bool(programs)

    def _cell(self, cell: Element) -> str:
        body = child(cell, "txBody")
        return "\n".join(Paragraphs(self.notices).lines(body)) if body is not None else ""

    def _count_hidden(self, shape: Element) -> None:
        if any((t.text or "").strip() for t in descendants(shape, "t")):
            self.notices.add("hidden text")


def _with_labels_together(lines: Iterable[str]) -> Iterator[str]:
    """The lines, with labels that follow each other on one, as the one picture that they make."""
    for are_labels, group in groupby(lines, lambda line: isinstance(line, _Label)):
        if are_labels:
            yield "; ".join(_counted(group))
        else:
            yield from group


def _counted(labels: Iterable[str]) -> Iterator[str]:
    for label, equal in groupby(labels):
        count = len(list(equal))
        yield from [label] * count if count < _COUNTED else [f"{count} × {label}"]


def placeholder(shape: Element) -> str | None:
    """The kind of placeholder a shape is; None for a shape of its own."""
    found = child(shape, "nvSpPr", "nvPr", "ph")
    return (attribute(found, "type") or "obj") if found is not None else None


def _is_no_title(shape: Element) -> bool:
    return local_name(shape) != "sp" or placeholder(shape) not in _TITLES


def _is_hidden(shape: Element) -> bool:
    for properties in shape:
        if local_name(properties).startswith("nv"):
            hidden = attribute(child(properties, "cNvPr"), "hidden")
            return (hidden or "0").lower() in ("1", "true")
    return False


def _notes(part: Part | None, notices: Notices) -> str:
    """The text that the speaker sees beside the slide."""
    tree = child(part.root, "cSld", "spTree") if part else None
    bodies = (
        child(shape, "txBody") for shape in children(tree, "sp") if placeholder(shape) == "body"
    )
    lines = [
        line for body in bodies if body is not None for line in Paragraphs(notices).lines(body)
    ]
    return "\n".join(lines).strip()
