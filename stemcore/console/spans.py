"""The spans of time that the dashboard looks back over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """`steps` steps of time, of which the last is the present one; steps of days are UTC days."""

    name: str
    title: str
    step: timedelta
    steps: int

    def begin(self, now: datetime) -> datetime:
        """When its first step begins: a whole multiple of the step."""
        width = self.step.total_seconds()
        present = now.timestamp() // width * width
        return datetime.fromtimestamp(present, UTC) - (self.steps - 1) * self.step

    def label(self, moment: datetime) -> str:
        return f"{moment:%d %b}" if self.step >= DAY else f"{moment:%H:%M}"


SPANS = {
    span.name: span
    for span in (
        Span("hour", "Hour", timedelta(minutes=5), 12),
        Span("day", "Day", timedelta(hours=1), 24),
        Span("week", "Week", DAY, 7),
        Span("month", "Month", DAY, 30),
    )
}
