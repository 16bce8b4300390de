"""The tables of docs/scale.md, written between two marks."""

import json
import platform
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from os import cpu_count

from benchmarks.capacity.model import PLACES, Cost, Needs, needed
from benchmarks.figures import ROOT, short

PAGE = ROOT / "docs" / "scale.md"
BEGIN, END = "<!-- begin: measured -->", "<!-- end: measured -->"
COMMAND = "python -m benchmarks.capacity --write"


def write(costs: Mapping[str, Cost], base_mb: float, waiting_kb: float, provider_s: float) -> None:
    """Puts what was measured, and what the model makes of it, into the page."""
    day = datetime.now(UTC).date().isoformat()
    head = (
        f"`{COMMAND}`, {day}, {cpu_count()} cores, Python {platform.python_version()}; a process "
        f"takes {short(base_mb)} MB, a request that waits {short(waiting_kb)} KB, and the provider "
        f"{short(provider_s)} s (a stub's, where a model takes 2 to 20)."
    )
    needs = {place.name: needed(place, costs, base_mb, waiting_kb) for place in PLACES}
    measured = "\n\n".join([BEGIN, head, _costs(costs), _needs(needs), END])
    text = PAGE.read_text()
    PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: measured, text, flags=re.DOTALL))


def _costs(costs: Mapping[str, Cost]) -> str:
    rows = [
        "| one request | CPU | Postgres's CPU | round trips | holds a connection | in | out |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, one in costs.items():
        rows.append(
            f"| `{kind}` | {short(one.cpu_ms)} ms | {short(one.database_cpu_ms)} ms |"
            f" {short(round(one.trips, 1))} | {short(one.held_ms)} ms |"
            f" {short(one.received / 1024)} KB | {short(one.sent / 1024)} KB |"
        )
    return "\n".join(rows)


ROWS = {
    "requests a second": lambda one: short(one.requests_s),
    "waiting at once": lambda one: short(one.in_flight),
    "cores of the service": lambda one: short(one.cores),
    "server processes": lambda one: short(one.processes),
    "their memory": lambda one: f"{short(one.memory_mb / 1024)} GB",
    "database connections, at most": lambda one: short(one.connections),
    "of them busy": lambda one: short(one.connections_busy),
    "cores of Postgres": lambda one: short(one.database_cores),
    "round trips a second": lambda one: short(one.trips_s),
    "answers": lambda one: f"{short(one.sent_mb_s)} MB/s",
    "places of material workers": lambda one: short(one.workers),
}


def _needs(needs: Mapping[str, Needs]) -> str:
    names = [f"{place.name} ({place.learners:,})" for place in PLACES]
    rows = [f"| at the peak | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for what, shown in ROWS.items():
        rows.append(f"| {what} | {' | '.join(shown(needs[place.name]) for place in PLACES)} |")
    return "\n".join(rows)


def as_json(costs: Mapping[str, Cost]) -> str:
    return json.dumps({kind: vars(cost) for kind, cost in costs.items()}, indent=1)
