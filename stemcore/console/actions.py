"""Actions on rows: asked before, told row by row, and kept in the admin log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import Error as DatabaseFailure
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from structlog import get_logger

from stemcore.errors import DomainError

log = get_logger(__name__)

MOST = 100
"""Rows of one action; more are the commands' business, which show progress."""

TOLD = 20
"""Rows that are told one by one; the rest are counted, and stand in the admin log."""


class NothingDone(Exception):
    """The action found nothing to do; the words say why."""


@dataclass(frozen=True)
class Outcome:
    row: object
    done: bool
    words: str


def row_action(
    act: Callable[[Any], str], *, description: str, ask: str
) -> Callable[..., HttpResponse | None]:
    """An admin action that does `act` to each chosen row, after asking `ask`.

    `act` returns what happened, in words, or raises NothingDone or a DomainError; each row is a
    work of its own, so one that fails leaves the others done.
    """

    def run(admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        rows = [*queryset[: MOST + 1]]
        if len(rows) > MOST:
            messages.error(request, f"At most {MOST} rows at once: nothing was done.")
            return None
        if "confirmed" not in request.POST:
            return _question(admin, request, rows, description, ask)
        _tell(request, [_one(admin, request, row, act, description) for row in rows])
        return None

    run.__name__ = act.__name__.strip("_")
    run.short_description = description  # type: ignore[attr-defined]  # as Django's own actions
    run.allowed_permissions = ("operate",)  # type: ignore[attr-defined]
    return run


def _question(
    admin: Any, request: HttpRequest, rows: Sequence[Any], description: str, ask: str
) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": description,
        "ask": ask,
        "rows": rows,
        "action": request.POST.get("action", ""),
        "checkbox": ACTION_CHECKBOX_NAME,
        "opts": admin.opts,
    }
    return TemplateResponse(request, "console/confirm.html", context)


def _one(
    admin: Any, request: HttpRequest, row: Any, act: Callable[[Any], str], description: str
) -> Outcome:
    name = str(row)
    try:
        words = act(row)
    except NothingDone as reason:
        return Outcome(name, False, str(reason))
    except DomainError as error:
        return Outcome(name, False, error.message)
    except DatabaseFailure as error:
        log.warning("console_action_failed", action=description, error=type(error).__name__)
        return Outcome(name, False, f"the database refused ({type(error).__name__})")
    admin.log_change(request, row, f"{description}: {words}")
    return Outcome(name, True, words)


def _tell(request: HttpRequest, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes[:TOLD]:
        say = messages.success if outcome.done else messages.warning
        say(request, f"{outcome.row}: {outcome.words}")
    if len(outcomes) > TOLD:
        done = sum(outcome.done for outcome in outcomes)
        messages.info(request, f"{done} of {len(outcomes)} done; the admin log has each.")
