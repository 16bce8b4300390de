"""Text of diagrams (SmartArt) and charts, which lies in parts of their own."""

from collections.abc import Iterator
from typing import Final

from materials.extraction.ooxml.notices import Notices
from materials.extraction.ooxml.package import Part
from materials.extraction.ooxml.xml import (
    Element,
    attribute,
    child,
    children,
    descendants,
    integer,
    local_name,
    relation_id,
    value,
)

MAX_POINTS: Final = 2_000
"""Points of a chart or diagram that are read; what nobody could see in it is not text."""

_PLOTTED: Final = ("xVal", "cat"), ("yVal", "val")


def graphic_lines(graphic: Element, part: Part, notices: Notices) -> list[str]:
    """The lines of the diagrams and charts that an element of that part refers to."""
    lines: list[str] = []
    for element in graphic.iter():
        name = local_name(element)
        if name == "relIds":
            found = part.related(attribute(element, "dm"))
            lines += _diagram(found.root) if found else []
        elif name == "chart" and (relation := relation_id(element)):
            found = part.related(relation)
            lines += _chart(found.root) if found else []
        else:
            continue
        if found is None:
            notices.add("damaged parts")
    return lines


def plain_text(element: Element | None) -> str:
    """The text runs below an element on one line, paragraphs parted by a space."""
    if element is None:
        return ""
    paragraphs = ("".join(t.text or "" for t in descendants(p, "t")) for p in _paragraphs(element))
    return " ".join(" ".join(paragraphs).split())


def _paragraphs(element: Element) -> Iterator[Element]:
    return descendants(element, "p")


# Diagrams: points and the connections that make a tree of them (section 21.4) --------------------


def _diagram(root: Element) -> list[str]:
    """The points in the order of the tree, each level indented."""
    texts = dict(_points(root))
    below: dict[str, list[tuple[int, str]]] = {}
    for link in descendants(root, "cxn"):
        if attribute(link, "type") in (None, "parOf"):
            order = integer(attribute(link, "srcOrd")) or 0
            source, target = attribute(link, "srcId") or "", attribute(link, "destId") or ""
            below.setdefault(source, []).append((order, target))
    linked = {target for targets in below.values() for _, target in targets}
    lines: list[str] = []
    left = [(0, point) for point in reversed(texts) if point not in linked]
    seen: set[str] = set()
    while left and len(seen) < MAX_POINTS:
        depth, point = left.pop()
        if point in seen or point not in texts:
            continue
        seen.add(point)
        if texts[point]:
            lines.append("  " * min(depth, 8) + "- " + texts[point])
        deeper = depth + 1 if texts[point] else depth
        left += [(deeper, target) for _, target in sorted(below.get(point, ()), reverse=True)]
    # Points of a damaged tree are read too.
    return lines + [f"- {t}" for p, t in list(texts.items())[:MAX_POINTS] if t and p not in seen]


def _points(root: Element) -> Iterator[tuple[str, str]]:
    for point in descendants(root, "pt"):
        if attribute(point, "type") in (None, "node", "asst", "doc"):
            yield attribute(point, "modelId") or "", plain_text(child(point, "t"))


# Charts (section 21.2) ----------------------------------------------------------------------------


def _chart(root: Element) -> list[str]:
    """Title, axes, and a table of the categories with the values of each series."""
    chart = child(root, "chart")
    if chart is None:
        return []
    title = plain_text(child(chart, "title")) or _first(child(chart, "title"))
    plot = child(chart, "plotArea")
    titles = (plain_text(child(axis, "title")) for axis in (plot if plot is not None else ()))
    axes = [title for title in titles if title]
    lines = [f"Chart: {title}" if title else "Chart:"]
    lines += [f"Axes: {'; '.join(axes)}"] if axes else []
    lines += _series_tables(chart)
    lines += _newer_series(root, chart)
    return lines if len(lines) > 1 or title else []


def _series_tables(chart: Element) -> Iterator[str]:
    """One table for the series that share their categories; others follow."""
    tables: dict[tuple[tuple[int, str], ...], list[tuple[str, dict[int, str]]]] = {}
    for number, series in enumerate(descendants(chart, "ser"), start=1):
        categories, values = (_values(series, names) for names in _PLOTTED)
        name = plain_text(child(series, "tx")) or _first(child(series, "tx")) or f"Series {number}"
        tables.setdefault(tuple(sorted(categories.items())), []).append((name, values))
    for found, columns in tables.items():
        yield from _rows(dict(found), columns)


def _newer_series(root: Element, chart: Element) -> Iterator[str]:
    """The series of the charts that came later (MS-ODRAWXML section 2.24.3): waterfalls, trees.

    Their data lie apart, by ids.
    """
    data = {attribute(one, "id"): one for one in children(child(root, "chartData"), "data")}
    for number, series in enumerate(descendants(chart, "series"), start=1):
        found = data.get(value(series, "dataId"))
        name = _first(child(series, "tx")) or f"Series {number}"
        categories, values = (_dimension(found, kind) for kind in ("strDim", "numDim"))
        yield from _rows(categories, [(name, values)]) if categories or values else ()


def _dimension(data: Element | None, kind: str) -> dict[int, str]:
    """The points of the level next to the values, by their index."""
    found: dict[int, str] = {}
    for point in children(child(data, kind, "lvl"), "pt"):
        index = integer(attribute(point, "idx"))
        if index is not None and len(found) < MAX_POINTS:
            found[index] = " ".join((point.text or "").split())
    return found


def _rows(categories: dict[int, str], columns: list[tuple[str, dict[int, str]]]) -> list[str]:
    indexes = sorted({*categories, *(index for _, values in columns for index in values)})
    rows = [["Category", *(name for name, _ in columns)]]
    for index in indexes[:MAX_POINTS]:
        rows.append([categories.get(index, ""), *(values.get(index, "") for _, values in columns)])
    first = 0 if categories else 1
    return [" | ".join(row[first:]) for row in rows]


def _values(series: Element, names: tuple[str, ...]) -> dict[int, str]:
    """Text or numbers of the first of these that the series has, by their index, as stored."""
    holder = next((e for e in series if local_name(e) in names), None)
    found: dict[int, str] = {}
    for point in descendants(holder, "pt") if holder is not None else ():
        index = integer(attribute(point, "idx"))
        if index is not None and len(found) < MAX_POINTS:
            # Categories of several levels are read from the level next to the points.
            found.setdefault(index, _first(point))
    return found


def _first(element: Element | None) -> str:
    """The first value below an element."""
    if element is None:
        return ""
    return " ".join(next((e.text or "" for e in descendants(element, "v")), "").split())
