"""Any exception of a view as the error that a caller is told."""

from collections.abc import Mapping
from math import ceil
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseFailure
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response as DrfResponse
from structlog import get_logger

from stemcore.api.request import ClientGone
from stemcore.api.response import Response
from stemcore.database import UnitTimeout
from stemcore.errors import (
    DomainError,
    Forbidden,
    InvalidJson,
    InvalidRequest,
    InvalidUserToken,
    MethodNotAllowed,
    NotFound,
    RateLimited,
    UnsupportedMediaType,
    UserTokenRequired,
)

log = get_logger(__name__)

OURS: dict[type[Exception], type[DomainError]] = {
    exceptions.NotAuthenticated: UserTokenRequired,
    exceptions.AuthenticationFailed: InvalidUserToken,
    exceptions.PermissionDenied: Forbidden,
    exceptions.NotFound: NotFound,
    exceptions.ParseError: InvalidJson,
    exceptions.UnsupportedMediaType: UnsupportedMediaType,
    PermissionDenied: Forbidden,
    Http404: NotFound,
}
"""Exceptions of DRF and Django that are told in our words."""


def exception_handler(error: Exception, context: Mapping[str, Any]) -> DrfResponse | None:
    """DRF's EXCEPTION_HANDLER: the error in the envelope, or None for a client that left.

    What nobody foresaw is logged with its traceback and told as `internal_error`; a failing
    database is told as the view's `failure`. Does no I/O.
    """
    if isinstance(error, ClientGone):
        return None
    return error_response(_told(error, context.get("view")))


def error_response(error: DomainError) -> Response[dict[str, Any]]:
    """The answer for an error, with the headers that belong to it."""
    data: dict[str, Any] = {"message": error.message, "code": error.code}
    if error.details:
        data["details"] = [{"field": d.field, "message": d.message} for d in error.details]
    if error.retry_after_s is None:
        return Response(data, status=error.status, exception=True)
    return Response(
        data,
        status=error.status,
        exception=True,
        headers={"Retry-After": str(error.retry_after_s)},
        meta={"retry_after_s": error.retry_after_s},
    )


def _told(error: Exception, view: Any) -> DomainError:
    if isinstance(error, DomainError):
        return error
    for kind, ours in OURS.items():
        if isinstance(error, kind):
            return ours()
    if isinstance(error, exceptions.MethodNotAllowed):
        return MethodNotAllowed(view.allowed_methods)
    if isinstance(error, exceptions.Throttled):
        wait = getattr(error, "wait", None)
        return RateLimited(retry_after_s=None if wait is None else ceil(wait))
    if isinstance(error, exceptions.ValidationError):
        return InvalidRequest(str(error.detail))
    if isinstance(error, UnitTimeout):
        log.warning("request_out_of_time", error=str(error))
    else:
        log.error("request_failed", exc_info=error)
    return view.failure() if isinstance(error, DatabaseFailure) else DomainError()
