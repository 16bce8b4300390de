"""The API as an ASGI application.

Django's own handler makes a thread for every request, hops into threads for signals and
middleware, and reads the body before anything is checked. None of that serves the API, whose
views are async and whose database work runs in the bounded executor, so this handler goes from
the scope straight to the view. The admin keeps Django's.
"""

import asyncio
from collections.abc import Awaitable
from functools import lru_cache
from time import monotonic
from typing import Any
from uuid import uuid4

from django.urls import Resolver404, resolve
from rest_framework.response import Response
from structlog import get_logger

from stemcore import observing
from stemcore.api.exceptions import error_response
from stemcore.api.renderers import EnvelopeRenderer
from stemcore.api.request import ApiRequest, ClientGone, request_id_of
from stemcore.context import arrived_at, request_id
from stemcore.errors import DomainError, NotFound, ServiceEnds

log = get_logger("stemcore.request")


async def handle_api(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers one HTTP request; a client that leaves ends the work."""
    request = ApiRequest(scope, receive)
    request_id.set(request_id_of(request))
    started = monotonic()
    arrived_at.set(started)
    with observing.request(request):
        request.answer = response = await _unless_gone(request)
    _log(request, response, started)
    if response is not None:
        await _send(response, send)


async def refuse(error: DomainError, send: Any) -> None:
    """Answers a request that no view sees."""
    request_id.set(str(uuid4()))
    await _send(rendered(error_response(error)), send)


async def _unless_gone(request: ApiRequest) -> Response | None:
    """The answer, or None when the client left before it was ready."""
    request.work = work = asyncio.ensure_future(_respond(request))
    try:
        return await work
    except ClientGone:
        return None
    except asyncio.CancelledError:  # the work has given back what it held
        if request.left:
            return None
        return rendered(error_response(ServiceEnds(retry_after_s=1)))  # the process ends
    finally:
        request.watch_no_longer()


async def _respond(request: ApiRequest) -> Response:
    try:
        return rendered(await _view_of(request))
    except ClientGone:
        raise
    except DomainError as error:
        return rendered(error_response(error))
    except Exception as error:  # an answer that cannot be rendered, too
        log.error("request_failed", exc_info=error)
        return rendered(error_response(DomainError()))


def _view_of(request: ApiRequest) -> Awaitable[Response]:
    """The view's work on the request. Raises NotFound."""
    try:
        match = match_of(request.path_info)
    except Resolver404:
        raise NotFound from None
    request.resolver_match = match
    work: Awaitable[Response] = match.func(request, *match.args, **match.kwargs)
    return work


# Addresses hold no parameters, so the few that there are are found once.
match_of = lru_cache(maxsize=256)(resolve)


def rendered(response: Response) -> Response:
    """The response with its content; one that came from no view is rendered as a view's is."""
    if not hasattr(response, "accepted_renderer"):
        response.accepted_renderer = EnvelopeRenderer()
        response.accepted_media_type = EnvelopeRenderer.media_type
        response.renderer_context = {}  # type: ignore[attr-defined]  # not in its stubs
    response.render()
    response["X-Request-Id"] = request_id.get()
    response["Cache-Control"] = "no-store"
    return response


def _log(request: ApiRequest, response: Response | None, started: float) -> None:
    log.info(
        "request",
        method=request.method,
        path=request.path,
        status=499 if response is None else response.status_code,
        code=response.data["code"] if response and response.exception else None,
        duration_ms=round((monotonic() - started) * 1000, 1),
    )


async def _send(response: Response, send: Any) -> None:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in response.items()]
    headers.append((b"content-length", str(len(response.content)).encode()))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
