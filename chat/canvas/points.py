"""The points of a picture out of what models send: lists in many forms, units, ranges."""

import re
from collections.abc import Callable, Sequence
from math import atan2, degrees, hypot, isfinite, pi
from typing import Any, TypeVar

from pydantic import BaseModel

from chat.canvas.colors import PALETTE, hex_color
from stemcore.answers import Faults, faults_of, valid_items
from stemcore.answers.names import by_field, folded_name
from stemcore.answers.numbers import measure_in

P = TypeVar("P", bound=BaseModel)
Json = dict[str, Any]

MAX_POINTS = 12
_MAX_READ = 1_000
_ENOUGH = 2
_LABEL_LISTS = ("labels", "categories", "names", "x")
_VALUE_LISTS = ("datasets", "values", "data", "series", "points", "y")


def kept_points(item: type[P]) -> Callable[[Any], list[P]]:
    """A validator of a list of points: bad ones are left out when two good ones stay."""

    def kept(value: Any) -> list[P]:
        entries = [value] if isinstance(value, dict) else value
        if not isinstance(entries, list):
            raise ValueError("must be a list of points")
        points, errors = valid_items(item, entries[:_MAX_READ])
        if errors and len(points) < _ENOUGH:
            raise Faults(
                f"point {place + 1}: {fault}"
                for place, error in errors[:MAX_POINTS]
                for fault in faults_of(error)
            )
        return points

    return kept


def labelled_rows(data: Any, labels: Any) -> Any:
    """The points of a chart as objects: also from a mapping, from pairs, or from two lists.

    Where several series came nothing is chosen: one of them would be half of the picture.
    """
    if isinstance(data, dict):
        return _rows_of_object(data, labels)
    if not isinstance(data, list):
        return data
    only = data[0] if len(data) == 1 else None
    if isinstance(only, dict) and isinstance(only.get("data"), list):
        return labelled_rows(only["data"], labels)
    if isinstance(labels, list) and len(labels) == len(data) and not any(map(_is_object, data)):
        return [{"label": label, "value": value} for label, value in zip(labels, data, strict=True)]
    return [_row(entry) for entry in data]


def _rows_of_object(data: Json, labels: Any) -> Any:
    fields = {folded_name(key): value for key, value in data.items()}
    labels = next((fields[key] for key in _LABEL_LISTS if key in fields), labels)
    for key in _VALUE_LISTS:
        if isinstance(fields.get(key), list):
            return labelled_rows(fields[key], labels)
    if {"label", "value"} <= fields.keys():
        return [data]
    return [{"label": label, "value": value} for label, value in data.items()]


def _is_object(value: Any) -> bool:
    return isinstance(value, dict | list)


def _row(entry: Any) -> Any:
    if isinstance(entry, list) and len(entry) == 2:
        return {"label": entry[0], "value": entry[1]}
    return entry


def refuse_mixed_units(values: Sequence[Any]) -> None:
    """Raises ValueError where numbers of one row have different units, since none is converted."""
    measures = [measure_in(value) for value in values if isinstance(value, str)]
    if len({unit for one in measures if one and (unit := one[1])}) > 1:
        raise ValueError("all values must have the same unit")


def filled(entries: Any, item: type[BaseModel], numbers: Sequence[str]) -> Any:
    """The entries with a label and a colour each; a number that none of them has is 1 in all."""
    if isinstance(entries, dict):
        entries = [entries]
    if not isinstance(entries, list):
        return entries
    points = [by_field(item, entry) if isinstance(entry, dict) else entry for entry in entries]
    objects = [(place, point) for place, point in enumerate(points) if isinstance(point, dict)]
    for place, point in objects:
        point["label"] = point.get("label") or str(place + 1)
        point["color"] = hex_color(point.get("color")) or PALETTE[place % len(PALETTE)]
    for name in numbers:
        refuse_mixed_units([point.get(name) for _, point in objects])
        if all(point.get(name) is None for _, point in objects):
            for _, point in objects:
                point[name] = 1
    return points


def scaled(values: Sequence[float], low: float, high: float, name: str) -> list[float]:
    """The values brought into a range by one factor, so that they keep their proportions.

    Raises ValueError where no factor can: the smallest would be invisible beside the largest.
    """
    least, most = low / min(values), high / max(values)
    if least > most:
        times = f"{high / low:g}"
        raise ValueError(f"{name}: the largest must be at most {times} times the smallest")
    factor = min(max(1.0, least), most)
    if factor == 1.0:
        return list(values)
    return [min(max(float(f"{value * factor:.4g}"), low), high) for value in values]


def thinned(points: Sequence[P]) -> list[P]:
    """At most `MAX_POINTS` of the points, at even distances, the first and the last among them."""
    if len(points) <= MAX_POINTS:
        return list(points)
    step = (len(points) - 1) / (MAX_POINTS - 1)
    return [points[round(place * step)] for place in range(MAX_POINTS)]


_PI = re.compile(r"(-?)\s*(\d*\.?\d*)\s*[*·]?\s*(?:π|pi)\s*(?:/\s*(\d{1,3}))?\s*(?:rad\w*)?", re.I)
_RADIANS = re.compile(r"(?<!g)rad", re.IGNORECASE)


def in_degrees(value: Any) -> Any:
    """An angle in degrees: also one that is written in radians (`π/4`, `1.57 rad`)."""
    if not isinstance(value, str):
        return value
    if found := _PI.fullmatch(value.strip().replace("\u2212", "-")):
        turns = float(found[2] or 1) / float(found[3] or 1) if found[3] != "0" else float("nan")
        return (-180.0 if found[1] else 180.0) * turns
    measure = measure_in(value)
    if measure and _RADIANS.search(measure[1]):
        return measure[0] * 180 / pi
    return value


def polar(point: Json) -> Json:
    """The vector with length and angle where it came by its components."""
    keys = {folded_name(key): value for key, value in point.items()}
    pair = keys.get("components") or keys.get("vector")
    if isinstance(pair, dict):
        keys |= {folded_name(key): value for key, value in pair.items()}
    x, y = pair if isinstance(pair, list) and len(pair) == 2 else _components(keys)
    if point.get("magnitude") is not None or not (_is_number(x) and _is_number(y)):
        return point
    return {**point, "magnitude": hypot(x, y), "angle_deg": degrees(atan2(y, x)) % 360}


def _components(keys: Json) -> tuple[Any, Any]:
    names = (("x", "y"), ("dx", "dy"), ("fx", "fy"), ("vx", "vy"))
    return next(((keys[x], keys[y]) for x, y in names if x in keys and y in keys), (None, None))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
