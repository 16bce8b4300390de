"""The parts of a JSON value; items wherever they stand: listed, numbered, grouped, one by one."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from pydantic import BaseModel

from stemcore.answers.names import by_field, field_names, folded_name
from stemcore.answers.strict import Json

_MAX_NODES = 5_000
# What a model shows beside its answer; what stands there is not the answer.
_ASIDE = re.compile(
    r"drafts?|examples?|thoughts?|thinking|reasoning|scratchpad|rejected|discarded", re.IGNORECASE
)
_NUMBERED = re.compile(r"(?P<name>[A-Za-z][A-Za-z _-]*?)[ _-]*(?P<number>\d{1,3})")


def inside(node: dict[str, Json] | list[Json]) -> list[Json]:
    """What an object or list holds, but for drafts and examples."""
    if isinstance(node, list):
        return node
    return [entry for key, entry in node.items() if not _ASIDE.fullmatch(key.strip())]


def nodes(value: Json) -> Iterator[dict[str, Json] | list[Json]]:
    """The objects and lists of a value, the outer ones first."""
    level: list[Json] = [value]
    seen = 0
    while level and seen < _MAX_NODES:
        found = [node for node in level if isinstance(node, dict | list)]
        yield from found
        seen += len(found)
        level = [inner for node in found for inner in inside(node)]


def gathered(
    value: Json, item: type[BaseModel], item_field: str, at_most: int
) -> Iterator[dict[str, Any]]:
    """The objects within a value that have the field of an item, in order, none inside another."""
    return islice(_items(value, item, item_field), at_most)


def _items(value: Json, item: type[BaseModel], item_field: str) -> Iterator[dict[str, Any]]:
    left = [value]
    for _ in range(_MAX_NODES):
        if not left:
            return
        node = left.pop()
        if isinstance(node, dict):
            if item_field in by_field(item, node):
                yield node
            elif numbered := _numbered(node, item, item_field):
                yield from numbered
            else:
                left += reversed(inside(node))
        elif isinstance(node, list):
            left += reversed(node)


def _numbered(
    node: dict[str, Json], item: type[BaseModel], item_field: str
) -> list[dict[str, Json]]:
    """The items of an object with the fields `question_1`, `answer_1`, `question_2`, …"""
    names = field_names(item)
    items: dict[str, dict[str, Json]] = {}
    for key, entry in node.items():
        found = _NUMBERED.fullmatch(key.strip())
        if found and not isinstance(entry, dict) and folded_name(found["name"]) in names:
            items.setdefault(found["number"], {})[found["name"]] = entry
    return [fields for fields in items.values() if item_field in by_field(item, fields)]
