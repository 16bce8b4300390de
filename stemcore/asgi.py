"""The ASGI application: the API on its own short way, the admin on Django's."""

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stemcore.settings")

from asgiref.sync import ThreadSensitiveContext
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import get_resolver

django_application = get_asgi_application()

from stemcore.api.handler import handle_api, refuse  # noqa: E402  # needs the apps loaded
from stemcore.api.request import BoundedBody  # noqa: E402
from stemcore.database.lanes import ADMIN  # noqa: E402
from stemcore.database.runs import Run, running  # noqa: E402
from stemcore.errors import DomainError  # noqa: E402
from stemcore.lifespan import handle_lifespan, in_work  # noqa: E402

# Loads every view now: the first request must not wait for their files.
get_resolver().url_patterns  # noqa: B018

DJANGO_PATHS = (
    *(["/admin"] if settings.SERVES_CONSOLE else []),
    *(["/docs"] if settings.SERVES_API and settings.API_DOCS else []),
)
DJANGO_FOLDERS = ("/static/", *(f"{path}/" for path in DJANGO_PATHS))
METRICS = "/metrics"


class AdminThreads:
    """A few lasting threads for Django's sync views.

    Django runs all sync code of a request on one thread and would make a new one for each
    request, with a new database connection. Lasting threads keep both few, and a slow admin page
    holds back only those that share its thread.
    """

    def __init__(self, count: int) -> None:
        self._turns = itertools.cycle(
            [ThreadPoolExecutor(1, thread_name_prefix=f"admin-{n}") for n in range(count)]
        )

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        run = Run(ADMIN, monotonic() + ADMIN.limit_s)
        running.set(run)  # this task serves this request alone
        body = BoundedBody(receive, settings.BODY_LIMIT)
        try:
            async with ThreadSensitiveContext(executor=next(self._turns)):
                await django_application.handle(scope, body.receive, send)
        except DomainError as error:
            await refuse(error, send)
        finally:
            run.unwanted = True


admin = AdminThreads(ADMIN.threads)


async def metrics(scope: dict[str, Any], receive: Any, send: Any) -> None:
    # Loads Prometheus's library where it is wanted alone.
    from stemcore.observing.endpoint import handle_metrics

    await handle_metrics(scope, receive, send)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Routes lifespan events, metrics, admin, docs and static files, and all else: the API."""
    if scope["type"] == "lifespan":
        await handle_lifespan(receive, send)
        return
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    with in_work():
        if scope["path"] == METRICS and settings.METRICS_TOKEN:
            await metrics(scope, receive, send)
        elif scope["path"].startswith(DJANGO_FOLDERS) or scope["path"] in DJANGO_PATHS:
            await admin(scope, receive, send)
        else:
            await handle_api(scope, receive, send)
