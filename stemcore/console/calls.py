"""The dashboard's figures of AI calls: one statement over details and the days added up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db import connection

from stemcore.console.spans import DAY, Span
from stemcore.providers.call_days import BUCKET, added_up_through, middle_ms

# Days that are added up come from there, the rest from the details.
_FIGURES = f"""
WITH calls AS (
  SELECT date_bin(make_interval(secs => %(width)s), created_at, '1970-01-01 00:00+00') AS step,
    provider, model, purpose, status, error_kind, {BUCKET} AS bucket, count(*) AS calls,
    coalesce(sum(prompt_tokens), 0) AS sent, coalesce(sum(completion_tokens), 0) AS made
  FROM provider_calls WHERE created_at >= %(details)s
  GROUP BY 1, 2, 3, 4, 5, 6, 7
  UNION ALL
  SELECT day::timestamp AT TIME ZONE 'UTC', provider, model, purpose, status, error_kind, bucket,
    calls, prompt_tokens, completion_tokens
  FROM provider_call_days WHERE day >= %(first_day)s AND day < %(end_day)s
)
SELECT CASE
    WHEN GROUPING(bucket, step) = 0 THEN 'latency'
    WHEN GROUPING(step, status) = 0 THEN 'steps'
    WHEN GROUPING(step, provider) = 0 THEN 'tokens'
    WHEN GROUPING(purpose, bucket) = 0 THEN 'spread'
    WHEN GROUPING(purpose, status) = 0 THEN 'purposes'
    WHEN GROUPING(error_kind, status) = 0 THEN 'reasons'
    ELSE 'models' END AS figure,
  step, provider, model, purpose, status, error_kind, bucket,
  sum(calls)::bigint AS calls, sum(sent)::bigint AS sent, sum(made)::bigint AS made
FROM calls
GROUP BY GROUPING SETS ((step, status, bucket), (step, status), (step, provider),
  (provider, purpose, status), (provider, purpose, status, bucket), (provider, error_kind, status),
  (provider, model))
"""


@dataclass(frozen=True)
class Row:
    """Calls that are alike in what their figure groups by; the rest is None."""

    figure: str
    step: datetime | None
    provider: str | None
    model: str | None
    purpose: str | None
    status: str | None
    error_kind: str | None
    bucket: int | None
    calls: int
    sent: int
    made: int

    @property
    def tokens(self) -> int:
        return self.sent + self.made


def percentile(buckets: Mapping[int, int], share: float) -> float | None:
    """The latency in ms below which that share of the calls lies; None of no calls."""
    total, seen = sum(buckets.values()), 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= share * total:
            return round(middle_ms(bucket))
    return None


def figures(span: Span, now: datetime | None = None) -> list[Row]:
    """The sums over the span, each with the name of its figure; one statement."""
    begin = span.begin(now or datetime.now(UTC))
    last = added_up_through() if span.step >= DAY else None
    end_day = last + timedelta(days=1) if last else begin.date()
    details = max(begin, datetime.combine(end_day, time(), UTC))
    with connection.cursor() as cursor:
        cursor.execute(
            _FIGURES,
            {
                "width": span.step.total_seconds(),
                "details": details,
                "first_day": begin.date(),
                "end_day": end_day,
            },
        )
        return [Row(*row) for row in cursor.fetchall()]
