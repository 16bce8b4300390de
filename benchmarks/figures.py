"""Figures of a benchmark: told as a table, kept as JSON, and held against those kept last.

Every benchmark ends with `tell`. What it measured is written to `.data/benchmarks/<name>.json`;
`python -m benchmarks.keep` takes these into `benchmarks/kept/`, from where docs/quality.md is made
and against where the next run is held.
"""

import json
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MEASURED = ROOT / ".data" / "benchmarks"
KEPT = Path(__file__).parent / "kept"
WORSE = 1.25
"""By how much a figure must be worse than the one kept before it is said."""


@dataclass(frozen=True)
class Figure:
    """A quantity and what was measured of it, in one unit; `at_least` when more is better."""

    name: str
    unit: str
    values: tuple[float, ...]
    aim: float | None = None
    at_least: bool = False

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def meets_aim(self) -> bool:
        return self.aim is None or not self.is_worse_than(self.aim, 1.0)

    def is_worse_than(self, other: float, factor: float = WORSE) -> bool:
        """Whether the median is worse than another value by more than a factor."""
        if self.at_least:
            return self.median * factor < other
        return self.median > other * factor

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "least": min(self.values),
            "most": max(self.values),
            "times": len(self.values),
            "aim": self.aim,
            "at_least": self.at_least,
        }


def figure(
    name: str,
    unit: str,
    values: float | Iterable[float],
    aim: float | None = None,
    *,
    at_least: bool = False,
) -> Figure:
    """A figure of one value or of several measurements."""
    several = (float(values),) if isinstance(values, int | float) else tuple(map(float, values))
    return Figure(name, unit, several, aim, at_least)


def tell(benchmark: str, command: str, figures: Sequence[Figure]) -> bool:
    """Prints the figures and writes them; whether all are within their aims.

    `command` is what repeats them, for whoever reads the file.
    """
    kept = kept_medians(benchmark)
    width = max(len(one.name) for one in figures)
    print(f"\n{'':{width}}{'median':>12}{'least':>12}{'most':>12}{'aim':>10}{'kept':>12}")
    for one in figures:
        print(f"{one.name:{width}}{_row(one, kept.get(one.name))}")
    for one in figures:
        last = kept.get(one.name)
        if last is not None and one.is_worse_than(last):
            print(f"Worse than kept: {one.name}, {short(one.median)} {one.unit}: {short(last)}.")
    _write(benchmark, command, figures)
    return all(one.meets_aim for one in figures)


def _row(one: Figure, kept: float | None) -> str:
    aim = "" if one.aim is None else f"{'≥' if one.at_least else '≤'} {short(one.aim)}"
    last = "" if kept is None else short(kept)
    least, most = (
        (short(min(one.values)), short(max(one.values))) if len(one.values) > 1 else ("", "")
    )
    miss = "" if one.meets_aim else "  misses its aim"
    return f"{short(one.median):>12}{least:>12}{most:>12}{aim:>10}{last:>12} {one.unit}{miss}"


def short(value: float) -> str:
    """Three digits, without an exponent."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def kept_medians(benchmark: str) -> dict[str, float]:
    """The medians kept last by the names of their figures."""
    file = KEPT / f"{benchmark}.json"
    if not file.exists():
        return {}
    return {one["name"]: one["median"] for one in json.loads(file.read_text())["figures"]}


def _write(benchmark: str, command: str, figures: Sequence[Figure]) -> None:
    MEASURED.mkdir(parents=True, exist_ok=True)
    told = {
        "command": command,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{cpu_count()} cores, Python {platform.python_version()}",
        "figures": [one.as_json() for one in figures],
    }
    (MEASURED / f"{benchmark}.json").write_text(json.dumps(told, indent=1) + "\n")
