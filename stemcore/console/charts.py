"""Charts as data: the admin's own script draws whatever canvas carries them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

INK = "#7b8794"  # read on white and on black
GREEN, RED, BLUE, VIOLET = "#16a34a", "#dc2626", "#2563eb", "#9333ea"
PALETTE = ("#2563eb", "#f59e0b", "#0d9488", "#9333ea", "#db2777", "#64748b", "#65a30d", "#dc2626")


@dataclass(frozen=True)
class Chart:
    """One chart: `kind` bar or line, `data` as chart.js wants it, and its words for a reader."""

    kind: str
    data: str
    text: str
    options: str


@dataclass(frozen=True)
class Series:
    name: str
    values: Sequence[float | None]
    color: str


def chart(kind: str, labels: Sequence[str], series: Sequence[Series], *, unit: str = "") -> Chart:
    """A chart of several series over the same labels; bars are stacked."""
    data = {
        "labels": [*labels],
        "datasets": [_dataset(kind, each) for each in series],
    }
    return Chart(kind, json.dumps(data), _words(labels, series, unit), _options(kind, series, unit))


def bars(values: Mapping[str, float | None], name: str) -> Chart | None:
    """One series of bars; None where there is nothing to show."""
    if not any(value is not None for value in values.values()):
        return None
    return chart("bar", [*values], [Series(name, [*values.values()], BLUE)])


def _dataset(kind: str, series: Series) -> dict[str, object]:
    look: dict[str, object] = {"backgroundColor": series.color, "borderColor": series.color}
    if kind == "line":
        look |= {"borderWidth": 2, "pointRadius": 2, "tension": 0.25, "spanGaps": True}
    return {"label": series.name, "data": [*series.values], **look}


def _options(kind: str, series: Sequence[Series], unit: str) -> str:
    stacked = kind == "bar"
    ticks = {"color": INK, "maxTicksLimit": 8, "maxRotation": 0}
    grid = {"color": "rgba(128,128,128,.18)"}
    title = {"display": bool(unit), "text": unit, "color": INK}
    return json.dumps(
        {
            "animation": False,
            "responsive": True,
            "maintainAspectRatio": False,
            "interaction": {"mode": "index", "intersect": False},
            "plugins": {
                "legend": {
                    "display": len(series) > 1,
                    "position": "bottom",
                    "labels": {"color": INK, "boxWidth": 8, "boxHeight": 8},
                }
            },
            "scales": {
                "x": {"stacked": stacked, "ticks": ticks, "grid": {"display": False}},
                "y": {
                    "stacked": stacked,
                    "beginAtZero": True,
                    "ticks": {"color": INK, "maxTicksLimit": 5},
                    "grid": grid,
                    "title": title,
                },
            },
        }
    )


def _words(labels: Sequence[str], series: Sequence[Series], unit: str) -> str:
    """The chart for those who do not see it."""
    said = []
    for each in series:
        told = zip(labels, each.values, strict=True)
        values = ", ".join(f"{label} {value:g}" for label, value in told if value)
        said.append(f"{each.name}{f' ({unit})' if unit else ''}: {values or 'nothing'}")
    return ". ".join(said)
