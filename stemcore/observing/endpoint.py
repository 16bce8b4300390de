"""`GET /metrics`, for who has `METRICS_TOKEN`: beside the API, for scrapers read no envelope."""

import asyncio
import hmac
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from stemcore import observing
from stemcore.api.handler import refuse
from stemcore.errors import DomainError, MethodNotAllowed
from stemcore.observing.metrics import registry
from stemcore.observing.readings import Row, readings, take

# Files are read, and a scrape must not stand in line behind name look-ups.
_thread = ThreadPoolExecutor(1, thread_name_prefix="metrics")


class InvalidMetricsToken(DomainError):
    status = 401
    code = "unauthorized"
    message = "Send METRICS_TOKEN as the bearer."


async def handle_metrics(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers one HTTP request."""
    try:
        _check(scope)
    except DomainError as error:
        await refuse(error, send)
        return
    rows = await take()
    observing.settle()
    loop = asyncio.get_running_loop()
    content = await loop.run_in_executor(_thread, _exposition, rows)
    headers = [
        (b"content-type", CONTENT_TYPE_LATEST.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _check(scope: dict[str, Any]) -> None:
    """Raises InvalidMetricsToken and MethodNotAllowed."""
    sent = dict(scope["headers"]).get(b"authorization", b"")
    if not hmac.compare_digest(sent, f"Bearer {settings.METRICS_TOKEN}".encode()):
        raise InvalidMetricsToken
    if scope["method"] != "GET":
        raise MethodNotAllowed(["GET"])


def _exposition(rows: list[Row] | None) -> bytes:
    read = CollectorRegistry()
    read.register(_Gauges(rows))
    return generate_latest(registry()) + generate_latest(read)


class _Gauges(Collector):
    """What was read of the database; that it is down, without rows."""

    def __init__(self, rows: list[Row] | None) -> None:
        self._rows = rows

    def collect(self) -> Iterable[Metric]:
        is_up = self._rows is not None
        yield GaugeMetricFamily("stem_database_up", "Whether the database answers.", is_up)
        for one in readings.values() if is_up else ():
            family = GaugeMetricFamily(one.name, one.help, labels=[one.label])
            for name, label, number in self._rows or ():
                if name == one.name:
                    family.add_metric([label], number)
            yield family
