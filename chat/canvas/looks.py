"""A Mermaid text without what is only looks or does something: nodes and arrows are left.

Nothing here makes a text safe, the grammar in `mermaid` does; this spares the good diagrams whose
model added colours, comments or a frame.
"""

import re
from html import unescape

_FENCE = re.compile(r"```(?:mermaid)?[^\S\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
_FRONT_MATTER = re.compile(r"\A\s*---[^\S\n]*\n.*?\n---[^\S\n]*\n", re.DOTALL)
_DIRECTIVE = re.compile(r"%%\{.*?\}%%", re.DOTALL)
_COMMENT = re.compile(r"(?:^|\s)%%[^\n]*")
_HEADER = re.compile(
    r"\s*(?:mermaid\s+)?(flowchart|graph)(?:-elk)?"
    r"(?:[ \t]+(TB|TD|BT|RL|LR)\b[ \t]*;?|[ \t]*(?:[;\n]|\Z))",
    re.IGNORECASE,
)
_ARROW = re.compile(r"--|==|-\.")
_LEFT_OUT = re.compile(
    r"(?:style|linkStyle|classDef|class|click|href|accTitle|accDescr|direction|subgraph)\b"
    r"(?!\s*(?:[-=.<&]|\Z))|end\Z"
)
_SUBGRAPH = re.compile(r"subgraph\s+([\w-]+)")
_CLASS = re.compile(r":::[A-Za-z][\w-]*")
_ICON = re.compile(r"\bfa[bklrs]?:fa-[\w-]+\s*")
_MARKDOWN = re.compile(r'"\s*`([^`"]*)`\s*"')
_QUOTE_CODE = re.compile(r"#(?:quot|34);|&(?:quot|#34|#x22);", re.IGNORECASE)
_CODE = re.compile(r"#(\d{1,6});|#([a-z]{2,8});", re.IGNORECASE)

_ELEMENT = re.compile(r"<(script|style|iframe|svg|object)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_LINE_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_RAISED = re.compile(r"<(sup|sub)>([^<>]{1,20})</\1>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|b|big|center|code|div|em|font|h[1-6]|hr|i|img|input|li|mark|ol|p|pre|s|small|span"
    r"|strong|sub|sup|table|t[drh]|u|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_DIGITS = "0123456789+-=()n"
_SUPERSCRIPTS = dict(zip(_DIGITS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True))
_SUBSCRIPTS = dict(zip(_DIGITS, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ", strict=True))


class NotMermaid(ValueError):
    """A definition outside the grammar; the message says where, without quoting it."""


def without_looks(text: str) -> str:
    """The nodes and arrows of a definition under a header of their own, one statement a line.

    Front matter, comments, directives, styles, classes, icons, links, clicks and HTML are
    left out, and the frames of subgraphs; a line break in a label becomes a space, raised and
    lowered digits those of Unicode. Raises NotMermaid where an arrow joins a whole subgraph.
    """
    for pattern in (_DIRECTIVE, _FRONT_MATTER, _COMMENT, _ELEMENT):
        text = pattern.sub("", text)
    text = _without_html(_CLASS.sub("", _ICON.sub("", text)))
    text = _MARKDOWN.sub(lambda found: f'"{found[1]}"', text)
    header, body = _split(text)
    statements = [part.strip() for line in body.split("\n") for part in _statements(line)]
    kept = [one for one in statements if one and not _LEFT_OUT.match(one)]
    _refuse_joined_subgraphs(statements, kept)
    return "\n".join([header, *kept])


def unfenced(text: str) -> str:
    """The definition with plain line breaks, out of its code fence."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    if "\n" not in text:
        text = text.replace("\\n", "\n")
    fenced = _FENCE.search(text)
    return (fenced[1] if fenced else text).strip()


def _without_html(text: str) -> str:
    # Entities first, or what they hide would come out behind the search for tags.
    text = unescape(_CODE.sub(_character, _QUOTE_CODE.sub("'", text)))
    text = _RAISED.sub(_moved, _LINE_BREAK.sub(" ", text))
    return re.sub(r"<(?=[A-Za-z/!?])", "< ", _TAG.sub("", text))


def _character(found: re.Match[str]) -> str:
    return unescape(f"&#{found[1]};" if found[1] else f"&{found[2]};")


def _moved(found: re.Match[str]) -> str:
    """Text above or below the line in characters of Unicode, else after `^` or `_`."""
    is_above = found[1].lower() == "sup"
    characters = _SUPERSCRIPTS if is_above else _SUBSCRIPTS
    if all(char in characters for char in found[2]):
        return "".join(characters[char] for char in found[2])
    return ("^" if is_above else "_") + found[2]


def _split(text: str) -> tuple[str, str]:
    """The header in its usual spelling, and what follows it; one is given to arrows without."""
    if found := _HEADER.match(text):
        direction = f" {found[2].upper()}" if found[2] else ""
        return found[1].lower() + direction, text[found.end() :]
    first_line = text.partition("\n")[0]
    return ("flowchart TD", text) if _ARROW.search(first_line) else ("", text)


def _statements(line: str) -> list[str]:
    """The statements of a line, parted by semicolons outside quotes."""
    return re.findall(r'(?:"[^"]*"|[^";])+', line)


def _refuse_joined_subgraphs(statements: list[str], kept: list[str]) -> None:
    names = {found[1] for one in statements if (found := _SUBGRAPH.match(one))}
    for name in names:
        pattern = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
        outside_labels = (re.sub(r'"[^"]*"|\|[^|]*\||[\[({].*?[\])}]', "", one) for one in kept)
        if any(pattern.search(one) for one in outside_labels):
            raise NotMermaid("arrows must join nodes, not subgraphs")
