"""Rich text of fields and notes (PDF 2.0, 12.7.4.4): a fragment of XHTML, as lines."""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from materials.extraction.scripts import subscript, superscript

_PARSER: Final = etree.XMLParser(
    resolve_entities=False, no_network=True, recover=True, remove_comments=True, remove_pis=True
)
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_BREAKS: Final = frozenset({"p", "br", "div", "li"})
_RAISED = re.compile(r"vertical-align\s*:\s*(super|\+?[1-9])", re.IGNORECASE)
_LOWERED = re.compile(r"vertical-align\s*:\s*(sub|-[1-9])", re.IGNORECASE)


def plain(rich: str) -> str:
    """The text, with what is raised or lowered so; empty when it is no XML."""
    try:
        root = etree.fromstring(_DECLARATION.sub("", rich).encode("utf-8", "replace"), _PARSER)
    except etree.XMLSyntaxError:
        return ""
    lines = "".join(_texts(root)).split("\n") if root is not None else []
    return "\n".join(line for raw in lines if (line := " ".join(raw.split())))


def _texts(element: Any) -> Iterator[str]:
    name, style = etree.QName(element).localname, element.get("style") or ""
    text = element.text or ""
    if name == "sup" or _RAISED.search(style):
        yield superscript(text)
    elif name == "sub" or _LOWERED.search(style):
        yield subscript(text)
    else:
        yield text
    for part in element:
        # Entities are left where they stand, as such.
        yield from _texts(part) if isinstance(part.tag, str) else ()
        yield part.tail or ""
    if name in _BREAKS:
        yield "\n"
