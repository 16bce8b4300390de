"""Elements by their local names, which are the same in every version of the namespaces.

Strict and transitional files, and drafts of either, differ in namespaces alone. Nesting is bounded
by the parser (256 levels), so recursion is safe.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

Element = Any
"""An lxml element; lxml ships no types."""

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_OFF: Final = frozenset({"0", "false", "off"})


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def local_name(element: Element) -> str:
    """The name without namespace; empty for comments, entities and processing instructions."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along a path of local names, or None."""
    for name in path:
        if element is None:
            return None
        element = next(children(element, name), None)
    return element


def children(element: Element | None, name: str) -> Iterator[Element]:
    """The children of that local name."""
    return (e for e in element if local_name(e) == name) if element is not None else iter(())


def descendants(element: Element, name: str) -> Iterator[Element]:
    """The descendants of that local name, at any depth, in order."""
    return (e for e in element.iter() if local_name(e) == name)


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute by local name, or None when it or the element is missing."""
    if element is None:
        return None
    return next((value for key, value in element.attrib.items() if _local(key) == name), None)


def value(element: Element | None, *path: str) -> str | None:
    """The attribute `val` of the descendant along a path, where most properties stand."""
    return attribute(child(element, *path), "val")


def integer(text: str | None) -> int | None:
    """The whole number a property holds; None for anything else, which costs the property alone."""
    return int(text) if text and _INTEGER.fullmatch(text) else None


def switch(element: Element | None, name: str) -> bool | None:
    """Whether a property of two states is on; None when it is not there."""
    found = child(element, name)
    if found is None:
        return None
    return (attribute(found, "val") or "true").lower() not in _OFF


def alternatives(element: Element) -> Element:
    """The children to read of `mc:AlternateContent`: its first choice, else the fall-back."""
    choice = child(element, "Choice")
    found = choice if choice is not None else child(element, "Fallback")
    return found if found is not None else ()


def relation_id(element: Element) -> str | None:
    """The attribute `r:id`, which may stand beside a plain `id` of another meaning."""
    keys = (key for key in element.attrib if key.endswith("}id"))
    key = next(keys, None)
    return element.attrib[key] if key is not None else None


def outer(element: Element, name: str) -> Iterator[Element]:
    """The descendants of that name that lie in no other; of alternatives those to read."""
    for part in element:
        found = local_name(part)
        if found == name:
            yield part
        elif found == "AlternateContent":
            yield from outer(alternatives(part), name)
        else:
            yield from outer(part, name)
