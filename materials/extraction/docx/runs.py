"""The text runs of a Word document, in the form in which a reader sees them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from materials.extraction.docx.notes import REFERENCES, Note, Notes
from materials.extraction.docx.styles import Style, Styles
from materials.extraction.ooxml.equations import equation_text
from materials.extraction.ooxml.notices import Notices, is_old_equation
from materials.extraction.ooxml.spans import Position, Span, line_of
from materials.extraction.ooxml.symbols import decoded, symbol
from materials.extraction.ooxml.xml import (
    Element,
    alternatives,
    attribute,
    child,
    children,
    descendants,
    local_name,
    outer,
    switch,
    value,
)

_POSITIONS: Final = {"superscript": Position.RAISED, "subscript": Position.LOWERED}
_BREAKS: Final = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# Deleted text, properties, and what stands for a paragraph of its own.
_SKIPPED: Final = frozenset(
    {"del", "moveFrom", "delText", "pPr", "rPr", "sdtPr", "sdtEndPr", "rt", "p", "tbl"}
)
_SYMBOL_FIELD: Final = re.compile(
    r'\s*SYMBOL\s+(0x[0-9A-Fa-f]{1,4}|\d{1,5})(?:.*\\f\s+"?([\w ]+))?'
)
_EQUATION_FIELD: Final = re.compile(r"\s*EQ\b")


@dataclass
class Line:
    """What the runs of a paragraph hold: text, and what belongs after or beside it."""

    spans: list[Span] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    graphics: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return line_of(self.spans)


@dataclass
class Runs:
    """Reads the runs of one paragraph. `fields` holds of each open field if its result has begun.

    `notes` is None within a note.
    """

    style: Style
    styles: Styles
    notes: Notes | None
    notices: Notices
    line: Line = field(default_factory=Line)
    fields: list[bool] = field(default_factory=list)

    def read(self, elements: Iterable[Element]) -> None:
        for element in elements:
            name = local_name(element)
            if name in _SKIPPED:
                continue
            if name == "r":
                self._run(element)
            elif name in ("oMath", "oMathPara"):
                self._equation(element)
            elif name == "AlternateContent":
                self.read(alternatives(element))
            elif name == "sdt" and switch(child(element, "sdtPr"), "showingPlcHdr"):
                continue  # the prompt of an empty form field
            else:
                self.read(element)

    def _equation(self, element: Element) -> None:
        lines = "\n".join(
            equation_text(e)
            for e in ([element] if local_name(element) == "oMath" else element)
            if local_name(e) == "oMath"
        )
        self._add(lines)

    def _run(self, run: Element) -> None:
        properties = child(run, "rPr")
        style = self.styles.get(value(properties, "rStyle"))
        if self._is_hidden(properties, style):
            if any(e.text for e in descendants(run, "t")):
                self.notices.add("hidden text")
            return
        stated = value(properties, "vertAlign") or style.position or self.style.position
        fonts = attribute(child(properties, "rFonts"), "ascii")
        font = fonts or style.font or self.style.font
        self._content(run, _POSITIONS.get(stated or "", Position.ON_LINE), font)

    def _is_hidden(self, properties: Element | None, style: Style) -> bool:
        own = switch(properties, "vanish") if properties is not None else None
        found = (own, style.hidden, self.style.hidden)
        return next((hidden for hidden in found if hidden is not None), False)

    def _content(self, run: Element, position: Position, font: str | None) -> None:
        for part in run:
            name = local_name(part)
            if name == "t":
                self._add(self._decoded(part.text or "", font), position)
            elif name in _BREAKS:
                self._add(_BREAKS[name], position)
            elif name == "sym":
                self._symbol(attribute(part, "font"), attribute(part, "char"), position)
            elif name == "instrText":
                self._instruction(part.text or "", position)
            elif name == "AlternateContent":
                self._content(alternatives(part), position, font)
            else:
                self._particular(name, part)

    def _particular(self, name: str, part: Element) -> None:
        """What a run holds beside its text. Anything unknown has none."""
        if name == "fldChar":
            self._field(attribute(part, "fldCharType"))
        elif name in REFERENCES:
            self._note(name, part)
        elif name == "ruby":
            self._ruby(part)
        elif name in ("drawing", "pict", "object"):
            self._drawing(part)

    def _add(self, text: str, position: Position = Position.ON_LINE) -> None:
        if text and all(self.fields):
            self.line.spans.append(Span(text, position))

    def _decoded(self, text: str, font: str | None) -> str:
        found = decoded(text, font)
        if len(found) < len(text):
            self.notices.add("symbols", len(text) - len(found))
        return found

    def _symbol(self, font: str | None, code: str | None, position: Position) -> None:
        try:
            found = symbol(font, int(code or "", 16))
        except ValueError:
            found = ""
        if not found:
            self.notices.add("symbols")
        self._add(found, position)

    def _field(self, kind: str | None) -> None:
        if kind == "begin":
            self.fields.append(False)
        elif kind == "separate" and self.fields:
            self.fields[-1] = True
        elif kind == "end" and self.fields:
            self.fields.pop()

    def _instruction(self, code: str, position: Position) -> None:
        """Fields that show what their code says and have no result to read."""
        if found := _SYMBOL_FIELD.match(code):
            number, font = found[1], (found[2] or "Symbol").strip()
            letter = symbol(font, int(number, 16 if number.startswith("0x") else 10))
            self.line.spans.append(Span(letter, position))
        elif _EQUATION_FIELD.match(code):
            self.notices.add("old equations")

    def _note(self, name: str, reference: Element) -> None:
        if self.notes is None or not all(self.fields):
            return
        note = self.notes.referred(name, reference)
        self._add(note.mark)
        self.line.notes.append(note)

    def _ruby(self, ruby: Element) -> None:
        """Letters with their reading above them, which stands in brackets."""
        self.read(children(ruby, "rubyBase"))
        above = "".join(t.text or "" for e in children(ruby, "rt") for t in descendants(e, "t"))
        self._add(f"({above})" if above else "")

    def _drawing(self, drawing: Element) -> None:
        """A picture or object: its text boxes, diagrams and charts stand after the paragraph."""
        objects = (attribute(e, "ProgID") for e in descendants(drawing, "OLEObject"))
        self.notices.add("old equations", sum(map(is_old_equation, objects)))
        self.line.boxes += outer(drawing, "txbxContent")
        self.line.graphics += outer(drawing, "graphicData")
        words = (attribute(e, "string") for e in descendants(drawing, "textpath"))
        self._add(" ".join(word for word in words if word))
