"""The call log's memory: each day that is over is added up once, and details go after a while."""

from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min

from stemcore.database import BULK, UPKEEP, write
from stemcore.models import ProviderCall, ProviderCallDay
from stemcore.periodic import Job

LATE = timedelta(hours=1)
"""After its end a day waits so long for rows that were still in a process's memory."""

PRUNED_AT_ONCE = 20_000

BUCKET = "floor(ln(greatest(latency_ms, 1)::float8) / ln(1.1::float8))::smallint"
"""The latency's place on a scale of steps of a tenth."""

_ADD_UP = f"""
INSERT INTO provider_call_days (day, provider, model, purpose, kind, status, error_kind, bucket,
  calls, prompt_tokens, completion_tokens)
SELECT %(day)s, provider, model, purpose, kind, status, error_kind, {BUCKET},
  count(*), coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0)
FROM provider_calls WHERE created_at >= %(begin)s AND created_at < %(end)s
GROUP BY 2, 3, 4, 5, 6, 7, 8
ON CONFLICT DO NOTHING
"""

_PRUNE = """
DELETE FROM provider_calls WHERE id IN (
  SELECT id FROM provider_calls WHERE created_at < %s ORDER BY created_at LIMIT %s)
"""


def middle_ms(bucket: int) -> float:
    """A latency in the middle of its bucket."""
    return float(1.1 ** (bucket + 0.5))


def added_up_through() -> date | None:
    """The last day that is added up."""
    found: date | None = ProviderCallDay.objects.aggregate(last=Max("day"))["last"]
    return found


def add_up_next() -> date | None:
    """Adds up the first day that is over and has not been; None when there is none.

    Safe beside itself in other processes: the second finds the rows there. To be called in a unit.
    """
    day = _next_day()
    if day is None or _midnight(day + timedelta(days=1)) + LATE > datetime.now(UTC):
        return None
    span = {"day": day, "begin": _midnight(day), "end": _midnight(day + timedelta(days=1))}
    with connection.cursor() as cursor:
        cursor.execute(_ADD_UP, span)
    return day


def _next_day() -> date | None:
    """The first day with calls after those added up."""
    calls, last = ProviderCall.objects.all(), added_up_through()
    if last is not None:
        calls = calls.filter(created_at__gte=_midnight(last + timedelta(days=1)))
    first: datetime | None = calls.aggregate(first=Min("created_at"))["first"]
    return first.astimezone(UTC).date() if first else None


def prune(days: int | None = None) -> int:
    """Removes details older than so many days, of days that are added up; the number removed.

    To be called in a unit, and again until it returns 0.
    """
    keep = settings.CALL_LOG_DAYS if days is None else days
    last = added_up_through()
    if last is None:
        return 0
    before = min(datetime.now(UTC) - timedelta(days=keep), _midnight(last + timedelta(days=1)))
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE, [before, PRUNED_AT_ONCE])
        gone: int = cursor.rowcount
    return gone


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


add_up_one = write(lane=UPKEEP)(add_up_next)
prune_some = write(lane=BULK)(prune)


async def _add_up() -> None:
    while await add_up_one():
        pass


ADDING_UP = Job("call-log-days", every_s=1800, work=_add_up)
