"""The part of Mermaid that a diagram may use.

A definition is run by the reader's browser, so it is read by a small grammar instead of being
searched for what is bad: a flowchart header, then nodes and arrows, nothing else. There is no
place in it for `click`, links, styles, directives or HTML. What is served is written anew wherever
Mermaid might not read it as it stands.
Syntax: https://mermaid.js.org/syntax/flowchart.html
"""

import re
from dataclasses import dataclass

from chat.canvas.looks import NotMermaid, unfenced, without_looks

MAX_NODES = 20
MAX_CHARS = 4_000
MAX_RAW_CHARS = 12_000
"""Longest definition with its looks."""

# Mermaid wants a direction before a semicolon, and no space there.
_HEADER = re.compile(r"(?:flowchart|graph)(?:[ \t]+(?:TB|TD|BT|RL|LR)(?:;|[ \t]*\n)|[ \t]*\n)")
_ID = r"\w(?:\w|-(?=\w))*"
_SHAPES = (
    ("(((", ")))"),
    ("[/", "/]"),
    ("[/", "\\]"),
    ("[\\", "\\]"),
    ("[\\", "/]"),
    ("([", "])"),
    ("[[", "]]"),
    ("[(", ")]"),
    ("((", "))"),
    ("{{", "}}"),
    ("[", "]"),
    ("(", ")"),
    ("{", "}"),
)
_QUOTED = r'"[^"\n]*"'
# A label ends at the bracket behind which the statement ends or goes on.
_GOES_ON = r"(?=[ \t]*(?:$|[&=<.-]))"
_SHAPE = "|".join(
    rf"({re.escape(left)})[ \t]*({_QUOTED}|[^\"|\n]*?)[ \t]*({re.escape(right)}){_GOES_ON}"
    for left, right in _SHAPES
)
_NODE = re.compile(rf"({_ID})(?:{_SHAPE})?")
_ARROW = re.compile(
    rf"""[ \t]*(?:
        (?P<plain><?--+[>ox] | ---+ | <?==+[>ox] | ===+ | <?-\.+-[>ox]?)
        (?:[ \t]*\|[ \t]*(?P<label>{_QUOTED}|[^"|\n]+?)[ \t]*\|)?
      | --[ \t]*(?P<thin>{_QUOTED}|(?:(?!--)[^"|\n])+?)[ \t]*--+(?P<thin_head>>?)
      | ==[ \t]*(?P<thick>{_QUOTED}|(?:(?!==)[^"|\n])+?)[ \t]*==+(?P<thick_head>>?)
      | -\.[ \t]*(?P<dotted>{_QUOTED}|(?:(?!\.-)[^"|\n])+?)[ \t]*\.+-(?P<dotted_head>>?)
    )[ \t]*""",
    re.VERBOSE,
)
_WORDED = {"thin": ("---", "-->"), "thick": ("===", "==>"), "dotted": ("-.-", "-.->")}
_AND = re.compile(r"[ \t]*&[ \t]*")
# What would be HTML, Markdown, an icon or a link, wherever it stands.
_FORBIDDEN = re.compile(r"[`;]|<[A-Za-z/!?]|javascript:|(?<![A-Za-z])fa[a-z]?:fa-", re.IGNORECASE)
_SLASH = re.compile(r"\A[/\\]|[/\\]\Z")
# Labels that need no quotes; the words that Mermaid reads in a way of its own do.
_SAFE = re.compile(
    r"(?!(?:.* )?(?:end|graph|flowchart|subgraph|style|class|click|href|call|default)(?: |\Z))"
    r"[A-Za-z0-9](?:[A-Za-z0-9 ]*[A-Za-z0-9])?",
    re.IGNORECASE,
)
# Words with a meaning of their own where a statement begins.
_RESERVED_WORDS = """
click href call callback end subgraph style classDef class linkStyle direction graph flowchart
interpolate accTitle accDescr
"""
_RESERVED = frozenset(_RESERVED_WORDS.split())


@dataclass(frozen=True)
class _Statement:
    """Nodes along arrows and ampersands: their ids, and the text as Mermaid surely reads it."""

    ids: tuple[str, ...]
    text: str


def drawable(definition: str) -> str:
    """The definition as it may be drawn: as it is where that is sure to be read, else anew.

    Raises NotMermaid unless it is a flowchart of at most `MAX_NODES` nodes, looks aside.
    """
    if len(definition) > MAX_RAW_CHARS:
        raise NotMermaid("is too long")
    definition = unfenced(definition)
    try:
        return _checked(definition)
    except NotMermaid:
        return _checked(without_looks(definition))


def _checked(definition: str) -> str:
    header = _HEADER.match(definition + "\n")
    if header is None:
        raise NotMermaid('must begin with "flowchart" or "graph" and a direction')
    lines = [line.strip() for line in re.split(r"[;\n]", definition[header.end() :])]
    statements = [(line, _read(number, line)) for number, line in enumerate(lines, start=2) if line]
    nodes = {node for _, statement in statements for node in statement.ids}
    if not nodes:
        raise NotMermaid("must have at least one node")
    if len(nodes) > MAX_NODES:
        raise NotMermaid(f"must have at most {MAX_NODES} nodes")
    if any(line != statement.text for line, statement in statements):
        head = header[0].strip().rstrip(";")
        definition = "\n".join([head, *(statement.text for _, statement in statements)])
    if len(definition) > MAX_CHARS:
        raise NotMermaid("is too long")
    return definition


def _read(number: int, line: str) -> _Statement:
    """One statement: nodes, joined by arrows and ampersands. Raises NotMermaid."""
    ids: list[str] = []
    texts: list[str] = []
    position = 0
    while node := _NODE.match(line, position):
        if node[1] in _RESERVED:
            break
        ids.append(node[1])
        texts.append(_node_text(number, node))
        if node.end() == len(line):
            return _Statement(tuple(ids), " ".join(texts))
        joint = _AND.match(line, node.end()) or _ARROW.match(line, node.end())
        if joint is None:
            break
        texts.append("&" if joint.re is _AND else _arrow_text(number, joint))
        position = joint.end()
    raise NotMermaid(f"line {number} is not a node or an arrow between nodes")


def _node_text(number: int, node: re.Match[str]) -> str:
    shape = [part for part in node.groups()[1:] if part is not None]
    if not shape:
        return node[1]
    left, label, right = shape
    return f"{node[1]}{left}{_label_text(number, label)}{right}"


def _arrow_text(number: int, arrow: re.Match[str]) -> str:
    if plain := arrow["plain"]:
        label = arrow["label"]
        return f"{plain}|{_label_text(number, label)}|" if label else plain
    kind = next(name for name in _WORDED if arrow[name])
    head = _WORDED[kind][bool(arrow[f"{kind}_head"])]
    return f"{head}|{_label_text(number, arrow[kind])}|"


def _label_text(number: int, label: str) -> str:
    """A label, in quotes unless it needs none.

    Slashes at its ends are meant for another shape of the brackets, so without quotes they are
    no text.
    """
    text = label[1:-1].strip() if label.startswith('"') else label
    if not text or _FORBIDDEN.search(text) or (text == label and _SLASH.search(text)):
        raise NotMermaid(f"line {number} holds a label that is no plain text")
    return text if _SAFE.fullmatch(text) else f'"{text}"'
