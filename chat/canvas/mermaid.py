"""The part of Mermaid that a diagram may use.

A definition is run by the reader's browser, so it is checked against a small grammar instead of
being searched for what is bad: a flowchart header, then nodes and arrows, nothing else. There is
no place in it for `click`, links, styles, directives or HTML.
Syntax: https://mermaid.js.org/syntax/flowchart.html
"""

import re
from collections.abc import Iterable, Iterator

MAX_NODES = 8
MAX_CHARS = 4_000

_HEADER = re.compile(r"(?:flowchart|graph)(?:[ \t]+(?:TB|TD|BT|RL|LR))?[ \t]*(?:[;\n]|$)")
_ID = r"[A-Za-z0-9_](?:[A-Za-z0-9_]|-(?=[A-Za-z0-9_]))*"
_PLAIN = r"[^\[\](){}<>\"`|;&#\n]+"
_QUOTED = r'"[^"<>`;\n]*(?:[<>](?![A-Za-z/!?])[^"<>`;\n]*)*"'
_LABEL = rf"[ \t]*(?:{_QUOTED}|{_PLAIN})[ \t]*"
_SHAPES = "|".join(
    re.escape(left) + _LABEL + re.escape(right)
    for left, right in (
        ("([", "])"),
        ("[[", "]]"),
        ("[(", ")]"),
        ("((", "))"),
        ("{{", "}}"),
        ("[", "]"),
        ("(", ")"),
        ("{", "}"),
    )
)
_NODE = re.compile(rf"({_ID})(?:{_SHAPES})?")
_ARROW_LABEL = rf"\|(?:{_LABEL})\|"
_WORDS = r"[^\[\](){}<>\"`|;&#\n=.-]+"
_ARROW = re.compile(
    rf"""[ \t]*(?:
        (?:<?--+[>ox] | ---+ | <?==+[>ox] | ===+ | <?-\.+-[>ox]?)(?:[ \t]*{_ARROW_LABEL})?
      | --[ \t]*{_WORDS}--+>?
      | ==[ \t]*{_WORDS}==+>?
      | -\.[ \t]*{_WORDS}\.+->?
    )[ \t]*""",
    re.VERBOSE,
)
_AND = re.compile(r"[ \t]*&[ \t]*")
# Words with a meaning of their own where a statement begins.
_RESERVED_WORDS = """
click href call callback end subgraph style classdef class linkstyle direction default graph
flowchart interpolate acctitle accdescr
"""
_RESERVED = frozenset(_RESERVED_WORDS.split())


class NotMermaid(ValueError):
    """The definition is outside the grammar; the message says where, without quoting it."""


def check_definition(definition: str) -> None:
    """Raises NotMermaid unless the definition is a flowchart of at most eight nodes."""
    if len(definition) > MAX_CHARS:
        raise NotMermaid("is too long")
    header = _HEADER.match(definition)
    if header is None:
        raise NotMermaid('must begin with "flowchart" or "graph" and a direction')
    statements = re.split(r"[;\n]", definition[header.end() :])
    nodes = {node for statement in _numbered(statements) for node in _nodes_of(*statement)}
    if not nodes:
        raise NotMermaid("must have at least one node")
    if len(nodes) > MAX_NODES:
        raise NotMermaid(f"must have at most {MAX_NODES} nodes")


def _numbered(statements: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number, statement in enumerate(statements, start=2):
        if statement.strip():
            yield number, statement.strip()


def _nodes_of(number: int, statement: str) -> list[str]:
    """The ids of the nodes along one statement: nodes, joined by arrows and ampersands."""
    nodes: list[str] = []
    position = 0
    while True:
        node = _NODE.match(statement, position)
        if node is None or node[1].lower() in _RESERVED:
            raise NotMermaid(f"line {number} is not a node or an arrow between nodes")
        nodes.append(node[1])
        if node.end() == len(statement):
            return nodes
        joint = _AND.match(statement, node.end()) or _ARROW.match(statement, node.end())
        if joint is None:
            raise NotMermaid(f"line {number} is not a node or an arrow between nodes")
        position = joint.end()
