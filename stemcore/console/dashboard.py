"""The service's own panels of the first page: AI calls and guests."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from stemcore.console.calls import Row, figures, percentile
from stemcore.console.charts import BLUE, GREEN, PALETTE, RED, VIOLET, Chart, Series, chart
from stemcore.console.markup import list_url
from stemcore.console.panels import Panel, register
from stemcore.console.prices import cost
from stemcore.console.spans import Span
from stemcore.guests import overview

CALLS = "stemcore_providercall"
MAY_SEE_CALLS = "stemcore.view_providercall"
REASONS = 12


@dataclass
class Line:
    """One provider and purpose: how often, how often in vain, how fast, how much."""

    provider: str
    purpose: str
    url: str
    calls: int = 0
    failed: int = 0
    tokens: int = 0
    buckets: Counter[int] = field(default_factory=Counter)

    @property
    def p50(self) -> float | None:
        return percentile(self.buckets, 0.5)

    @property
    def p95(self) -> float | None:
        return percentile(self.buckets, 0.95)


def _calls(span: Span) -> dict[str, Any]:
    begin = span.begin(datetime.now(UTC))
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in figures(span):
        rows[row.figure].append(row)
    steps = [begin + number * span.step for number in range(span.steps)]
    total, failed = _sum(rows["steps"]), _sum(_of("failed", rows["steps"]))
    spread = _spread(row for row in rows["spread"] if row.status == "ok")
    since = {"created_at__gte": begin.isoformat()}
    return {
        "span": span,
        "total": total,
        "total_url": list_url(CALLS, **since),
        "failed": failed,
        "failed_share": failed / total if total else None,
        "failed_url": list_url(CALLS, status="failed", **since),
        "p50": percentile(spread, 0.5),
        "p95": percentile(spread, 0.95),
        "slow_url": list_url(CALLS, o="-7", **since),
        "tokens": sum(row.tokens for row in rows["models"]),
        **_cost(rows["models"]),
        "charts": _charts(span, steps, rows),
        "lines": _lines(rows, since),
        "reasons": _reasons(rows["reasons"], since),
    }


def _of(status: str, rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.status == status]


def _sum(rows: Iterable[Row]) -> int:
    return sum(row.calls for row in rows)


def _spread(rows: Iterable[Row]) -> Counter[int]:
    buckets: Counter[int] = Counter()
    for row in rows:
        buckets[row.bucket or 0] += row.calls
    return buckets


def _cost(models: Iterable[Row]) -> dict[str, Any]:
    """US dollars of the models that have a price, if any has, and the names of those without."""
    used = [row for row in models if row.tokens]
    found = [(row.model, cost(row.model or "", row.sent, row.made)) for row in used]
    known = [dollars for _, dollars in found if dollars is not None]
    unpriced = sorted({model for model, dollars in found if model and dollars is None})
    return {"cost": sum(known) if known or not used else None, "unpriced": ", ".join(unpriced)}


def _charts(
    span: Span, steps: list[datetime], rows: dict[str, list[Row]]
) -> list[tuple[str, Chart]]:
    labels = [span.label(step) for step in steps]
    counts = [
        Series(status, _by_step(steps, _of(status, rows["steps"])), color)
        for status, color in (("ok", GREEN), ("failed", RED), ("cancelled", PALETTE[5]))
    ]
    spreads = [
        _spread(row for row in _of("ok", rows["latency"]) if row.step == step) for step in steps
    ]
    speed = [
        Series("p50", [percentile(spread, 0.5) for spread in spreads], BLUE),
        Series("p95", [percentile(spread, 0.95) for spread in spreads], VIOLET),
    ]
    providers = sorted({row.provider or "" for row in rows["tokens"]})
    tokens = [
        Series(name, _tokens_by_step(steps, name, rows["tokens"]), PALETTE[n % len(PALETTE)])
        for n, name in enumerate(providers)
    ]
    return [
        ("Calls", chart("bar", labels, counts)),
        ("Latency of calls that succeeded", chart("line", labels, speed, unit="ms")),
        ("Tokens by provider", chart("bar", labels, tokens)),
    ]


def _by_step(steps: list[datetime], rows: list[Row]) -> list[float | None]:
    found = {row.step: row.calls for row in rows}
    return [found.get(step, 0) for step in steps]


def _tokens_by_step(steps: list[datetime], name: str, rows: list[Row]) -> list[float | None]:
    found = {row.step: row.tokens for row in rows if row.provider == name}
    return [found.get(step, 0) for step in steps]


def _lines(rows: dict[str, list[Row]], since: dict[str, str]) -> list[Line]:
    """One line for each provider and purpose, the busiest first."""
    lines: dict[tuple[str, str], Line] = {}
    for row in [*rows["purposes"], *rows["spread"]]:
        key = (row.provider or "", row.purpose or "")
        if key not in lines:
            url = list_url(CALLS, provider=key[0], purpose=key[1], **since)
            lines[key] = Line(*key, url)
        _add(lines[key], row)
    return sorted(lines.values(), key=lambda line: -line.calls)


def _add(line: Line, row: Row) -> None:
    if row.figure == "spread":
        if row.status == "ok":
            line.buckets[row.bucket or 0] += row.calls
        return
    line.calls += row.calls
    line.tokens += row.tokens
    line.failed += row.calls if row.status == "failed" else 0


def _reasons(rows: list[Row], since: dict[str, str]) -> list[dict[str, Any]]:
    """Why calls failed, by provider, the commonest first."""
    failed = sorted(_of("failed", rows), key=lambda row: -row.calls)
    return [
        {
            "provider": row.provider,
            "reason": row.error_kind or "unknown",
            "calls": row.calls,
            "url": list_url(
                CALLS,
                status="failed",
                provider=row.provider,
                error_kind=row.error_kind,
                **since,
            ),
        }
        for row in failed[:REASONS]
    ]


def _guests(_span: Span) -> dict[str, Any]:
    found = overview.status.sync()
    return {
        "status": found,
        "active_url": list_url("stemcore_guestsandbox", status="active"),
        "in_flight_url": list_url("stemcore_guestadmission", active__exact=1),
        "waiting_url": list_url("stemcore_guestadmission", active__exact=0, owed__exact=0),
        "owed_url": list_url("stemcore_guestadmission", owed__exact=1),
        "features": found.features,
    }


register(Panel("AI calls", "console/panels/calls.html", _calls, MAY_SEE_CALLS, 10))
register(
    Panel("Guests now", "console/panels/guests.html", _guests, "stemcore.view_guestsandbox", 20)
)
