"""What Word and PowerPoint have in common: paragraphs, tables and equations in one XML dialect.

Elements are told apart by their local names, which are the same in both, whatever the version of
the namespace. Nesting is bounded by the parser (256 levels), so recursion is safe.
"""

from collections.abc import Iterator
from typing import Any, Final

Element = Any
"""An lxml element; lxml ships no types."""

# Deleted text, fall-backs that repeat what stands beside them, and field codes.
_SKIPPED: Final = frozenset({"del", "moveFrom", "Fallback", "instrText", "pPr", "rPr", "sdtPr"})
# The operands of an equation's parts, each with the sign that stands before it.
_MATH_FORMS: Final = {
    "f": (("", "num"), ("/", "den")),
    "sSup": (("", "e"), ("^", "sup")),
    "sSub": (("", "e"), ("_", "sub")),
    "sSubSup": (("", "e"), ("_", "sub"), ("^", "sup")),
    "rad": (("", "deg"), ("√", "e")),
    "nary": (("_", "sub"), ("^", "sup"), (" ", "e")),
}
_BREAKS: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def local_name(element: Element) -> str:
    """The name without namespace; empty for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: Element, *path: str) -> Element | None:
    """The first descendant along a path of local names, or None."""
    for name in path:
        element = next((e for e in element if local_name(e) == name), None)
        if element is None:
            return None
    return element


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute by local name, or None when it or the element is missing."""
    if element is None:
        return None
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), None)


def blocks(container: Element) -> Iterator[Element]:
    """The paragraphs and tables below a container, in document order.

    Those inside a table or a paragraph (text boxes) belong to it and do not come by themselves.
    """
    for element in container:
        name = local_name(element)
        if name in ("p", "tbl"):
            yield element
        elif name not in _SKIPPED:
            yield from blocks(element)


def inline_text(element: Element) -> str:
    """The visible text of a paragraph, equations as one line of plain text."""
    parts: list[str] = []
    for part in element:
        name = local_name(part)
        if name == "t":
            parts.append(part.text or "")
        elif name in _BREAKS:
            parts.append(_BREAKS[name])
        elif name == "oMath":
            parts.append(math_text(part))
        elif name == "p":  # of a text box inside the paragraph
            parts.append("\n" + inline_text(part))
        elif name not in _SKIPPED:
            parts.append(inline_text(part))
    return "".join(parts)


def table_text(table: Element) -> str:
    """A table as lines, one a row, cells parted by " | "."""
    rows = [[_cell_text(cell) for cell in _named(row, "tc")] for row in _named(table, "tr")]
    return "\n".join(" | ".join(row) for row in rows if any(row))


def _cell_text(cell: Element) -> str:
    texts = (table_text(b) if local_name(b) == "tbl" else inline_text(b) for b in blocks(cell))
    return " ".join(" ".join(texts).split())


def _named(element: Element, name: str) -> Iterator[Element]:
    """Descendants of that name, not looking inside them."""
    for part in element:
        found = local_name(part)
        if found == name:
            yield part
        elif found not in _SKIPPED:
            yield from _named(part, name)


def math_text(element: Element) -> str:
    """An equation (Office Math, ISO/IEC 29500-1 section 22.1) as one line: a_b, a^b, (a)/(b)."""
    name = local_name(element)
    if name == "t":
        return element.text or ""
    if name in _SKIPPED or name.endswith("Pr"):
        return ""
    if name == "d":
        return _bracketed(element)
    if name in _MATH_FORMS:
        sign = (attribute(child(element, "naryPr", "chr"), "val") or "∫") if name == "nary" else ""
        operands = {local_name(e): math_text(e).strip() for e in element}
        parts = ((before, operands.get(key)) for before, key in _MATH_FORMS[name])
        return sign + "".join(before + _grouped(text) for before, text in parts if text)
    return "".join(map(math_text, element))


def _bracketed(element: Element) -> str:
    """Operands in brackets; an attribute that is there but empty means no bracket."""
    opening = attribute(child(element, "dPr", "begChr"), "val")
    closing = attribute(child(element, "dPr", "endChr"), "val")
    inner = ", ".join(math_text(e) for e in element if local_name(e) == "e")
    return ("(" if opening is None else opening) + inner + (")" if closing is None else closing)


def _grouped(text: str) -> str:
    """The operand in brackets when it is more than one word or number."""
    return text if text.replace("_", "").isalnum() else f"({text})"
