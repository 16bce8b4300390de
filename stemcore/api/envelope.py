"""The one shape of every answer: `{ok, data, error, meta}`."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from stemcore.context import request_id
from stemcore.errors import DomainError, MethodNotAllowed


def _plain(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not part of an answer")


class EnvelopeResponse(HttpResponse):
    """An answer in the envelope; `error_code` is for the request log."""

    error_code: str | None = None


def _response(body: dict[str, Any], status: int) -> EnvelopeResponse:
    # ASCII escapes keep any text encodable, also half a surrogate pair from a model.
    content = json.dumps(body, default=_plain, allow_nan=False, separators=(",", ":"))
    response = EnvelopeResponse(content, status=status, content_type="application/json")
    response["X-Request-Id"] = request_id.get()
    response["Cache-Control"] = "no-store"
    return response


def success(data: Any, meta: Mapping[str, Any] | None = None) -> EnvelopeResponse:
    """A 200 with `data`: JSON types and UUIDs; times are strings already.

    `meta` holds what an action says about its answer, beside the request id.
    """
    meta = {"request_id": request_id.get(), **(meta or {})}
    return _response({"ok": True, "data": data, "error": None, "meta": meta}, 200)


def failure(error: DomainError) -> EnvelopeResponse:
    """The answer for an error, with the headers that belong to it. Does no I/O."""
    told: dict[str, Any] = {"message": error.message, "code": error.code}
    if error.details:
        told["details"] = [{"field": d.field, "message": d.message} for d in error.details]
    meta: dict[str, Any] = {"request_id": request_id.get()}
    if error.retry_after_s is not None:
        meta["retry_after_s"] = error.retry_after_s
    response = _response({"ok": False, "data": None, "error": told, "meta": meta}, error.status)
    response.error_code = error.code
    if error.retry_after_s is not None:
        response["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, MethodNotAllowed):
        response["Allow"] = ", ".join(error.allowed)
    return response
