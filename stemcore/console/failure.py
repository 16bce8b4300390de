"""What staff see of a page that is refused or failed: that it did, and what to do; no word of why.

The functions are Django's handlers of these answers, named in `stemcore.urls` and the settings.
"""

import sys

from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from structlog import get_logger

log = get_logger(__name__)

BUSY = "The database did not answer in time. Try again in a moment."
RETRY_AFTER_S = 5
BROKEN = "This page failed. Tell whoever runs the service when it was: the log has the reason."
NOT_TAKEN = "The console makes no such address. Go back, and take one of its links."
ENDED = "Your login ended while this page was made. Reload it, and log in again."
DENIED = "Your roles do not allow this. Whoever made your account can give it another role."
MISSING = "There is no such page, or its row is gone."
STALE = "This form was open for too long, or in another login. Go back, reload the page, try again."


def failed(request: HttpRequest) -> HttpResponse:
    """`handler500`."""
    return _page(request, BROKEN, 500, sys.exc_info()[1])


def not_taken(request: HttpRequest, exception: BaseException) -> HttpResponse:
    """`handler400`; a session that was not stored comes here, too."""
    if not isinstance(exception, SessionInterrupted):
        return _page(request, NOT_TAKEN, 400, exception)
    if _is_gone(exception):
        return _page(request, ENDED, 400)
    log.warning("console_session_not_stored", exc_info=_reason(exception))
    return _busy(request)


def denied(request: HttpRequest, exception: BaseException) -> HttpResponse:
    """`handler403`."""
    return _page(request, DENIED, 403)


def missing(request: HttpRequest, exception: BaseException) -> HttpResponse:
    """`handler404`."""
    return _page(request, MISSING, 404)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`CSRF_FAILURE_VIEW`."""
    return _page(request, STALE, 403)


def _page(
    request: HttpRequest, words: str, status: int, error: BaseException | None = None
) -> HttpResponse:
    """The words; where the database was busy or away, those that say so, with status 503."""
    if _is_of_database(error):
        return _busy(request)
    told = {"words": words, "again": error is not None}
    return render(request, "console/failed.html", told, status=status)


def _busy(request: HttpRequest) -> HttpResponse:
    answer = render(request, "console/failed.html", {"words": BUSY, "again": True}, status=503)
    answer["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _is_of_database(error: BaseException | None) -> bool:
    """Whether it came of a database that was busy or away, at whatever remove."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_gone(interrupted: SessionInterrupted) -> bool:
    """Whether there was no row to store the session in: Django says so, and not the database."""
    reason = _reason(interrupted)
    return type(reason) is DatabaseError and reason.__cause__ is None


def _reason(interrupted: SessionInterrupted) -> BaseException | None:
    """Why a session was not stored; Django's middleware raises it out of two others."""
    not_updated = interrupted.__context__
    return not_updated.__context__ if not_updated else None
