"""The dashboard with a million rows in the call log.

Tells the milliseconds of the statement behind the figures of AI calls, and of the whole page, for
each span, when the days that are over are added up.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import django_setup  # noqa: F401 - before what needs Django
from benchmarks.figures import figure, tell
from tests import database

ROWS = 1_000_000
DAYS = 30
RUNS = 7
MOST_MS = 300

_FILL = f"""
INSERT INTO stem.provider_calls (created_at, request_id, purpose, kind, provider, model, attempt,
  status, error_kind, latency_ms, prompt_tokens, completion_tokens, total_tokens, findings)
SELECT now() - make_interval(secs => {DAYS * 86400}.0 * n / {ROWS}), n::text,
  (array['chat', 'quiz', 'flashcards', 'blueprint', 'insights', 'embedding'])[1 + n % 6],
  'generation', (array['openrouter', 'openai', 'gemini'])[1 + n % 3], 'gpt-4o-mini', 1,
  CASE WHEN n % 40 = 0 THEN 'failed' ELSE 'ok' END, CASE WHEN n % 40 = 0 THEN 'timeout' ELSE '' END,
  (exp(7 + random()))::int, 1200, 300, 1500, '{{}}'
FROM generate_series(1, {ROWS}) n
"""


def main() -> None:
    with (
        TemporaryDirectory(prefix="bench") as folder,
        database.test_server(Path(folder) / "database") as server,
        database.django_database(server, "benchmark") as superuser,
    ):
        superuser.execute(_FILL)
        superuser.execute("VACUUM ANALYZE stem.provider_calls")
        _add_up()
        superuser.execute("ANALYZE stem.provider_call_days")
        _measure("days that are over added up")


def _add_up() -> None:
    from stemcore.providers import call_days

    began = time.perf_counter()
    days = 0
    while call_days.add_up_next():
        days += 1
    print(f"{days} days added up in {time.perf_counter() - began:.1f} s\n")


def _measure(title: str) -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client

    from stemcore.console.calls import figures
    from stemcore.console.spans import SPANS

    staff, _ = get_user_model().objects.get_or_create(
        username="staff", is_staff=True, is_superuser=True
    )
    client = Client(SERVER_NAME="localhost")
    client.force_login(staff)
    assert client.get("/admin/").status_code == 200
    print(f"{title}, {ROWS:,} calls in {DAYS} days")
    told = []
    for name, span in SPANS.items():
        statement = _times_ms(partial(figures, span))
        page = _times_ms(partial(client.get, "/admin/", {"span": name}))
        told += [
            figure(f"a {name}'s figures of a million calls", "ms", statement),
            figure(f"the page of a {name}", "ms", page, MOST_MS),
        ]
    tell("dashboard", "python -m benchmarks.console dashboard", told)


def _times_ms(work: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return taken
