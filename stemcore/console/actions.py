"""Actions on rows: asked before, told row by row, and kept in the admin log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseFailure
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from structlog import get_logger
from unfold.enums import ActionVariant

from stemcore.console.markup import row_url
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


@dataclass(frozen=True)
class RowAction:
    """Something done to rows, after asking: to those chosen in a list, or to one on its own page.

    `act` does it to a row and returns what happened, in words, or raises NothingDone or a
    DomainError; each row is a work of its own, so one that fails leaves the others done.
    """

    act: Callable[[Any], str]
    description: str
    ask: str
    icon: str

    @property
    def name(self) -> str:
        return self.act.__name__.strip("_")

    def on_list(self) -> Callable[..., HttpResponse | None]:
        """It as an action of Django's lists."""

        def run(admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
            rows = [*queryset[: MOST + 1]]
            if len(rows) > MOST:
                messages.error(request, f"At most {MOST} rows at once: nothing was done.")
                return None
            if not rows:
                messages.warning(request, "None of these rows is in this list any more.")
                return None
            return self._asked(admin, request, rows, request.get_full_path())

        run.__name__ = self.name
        return self._described(run)

    def on_page(self, admin: Any) -> Callable[..., HttpResponse]:
        """It as an action of Unfold's pages of a row: a link that leads to the question."""

        def run(request: HttpRequest, object_id: str) -> HttpResponse:
            row = admin.get_object(request, unquote(object_id))
            if row is None:
                raise Http404
            if not (
                admin.has_view_permission(request, row) and admin.has_operate_permission(request)
            ):
                raise PermissionDenied
            back = row_url(f"{admin.opts.app_label}_{admin.opts.model_name}", row.pk)
            return self._asked(admin, request, [row], back) or HttpResponseRedirect(back)

        run.url_path = f"act/{self.name}"  # type: ignore[attr-defined]  # as Unfold's own actions
        run.icon = self.icon  # type: ignore[attr-defined]
        run.variant = ActionVariant.DEFAULT  # type: ignore[attr-defined]
        run.attrs = {}  # type: ignore[attr-defined]
        run.original_function_name = self.name  # type: ignore[attr-defined]
        return self._described(run)

    def _described(self, run: Callable[..., Any]) -> Callable[..., Any]:
        run.short_description = self.description  # type: ignore[attr-defined]  # as Django's own
        run.allowed_permissions = ("operate",)  # type: ignore[attr-defined]
        return run

    def _asked(
        self, admin: Any, request: HttpRequest, rows: Sequence[Any], back: str
    ) -> HttpResponse | None:
        """The question; None when it has been answered, and what was to be done is done."""
        if request.method != "POST" or "confirmed" not in request.POST:
            return _question(admin, request, rows, self, back)
        _tell(request, [_one(admin, request, row, self) for row in rows])
        return None


def _question(
    admin: Any, request: HttpRequest, rows: Sequence[Any], action: RowAction, back: str
) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": action.description,
        "ask": action.ask,
        "rows": rows,
        "action": action.name,
        "checkbox": ACTION_CHECKBOX_NAME,
        "back": back,
        "opts": admin.opts,
    }
    return TemplateResponse(request, "console/confirm.html", context)


def _one(admin: Any, request: HttpRequest, row: Any, action: RowAction) -> Outcome:
    name = str(row)
    try:
        words = action.act(row)
    except NothingDone as reason:
        return Outcome(name, False, str(reason))
    except DomainError as error:
        return Outcome(name, False, error.message)
    except DatabaseFailure as error:
        log.warning("console_action_failed", action=action.name, error=type(error).__name__)
        return Outcome(name, False, f"the database refused ({type(error).__name__})")
    admin.log_change(request, row, f"{action.description}: {words}")
    return Outcome(name, True, words)


def _tell(request: HttpRequest, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes[:TOLD]:
        say = messages.success if outcome.done else messages.warning
        say(request, f"{outcome.row}: {outcome.words}")
    if len(outcomes) > TOLD:
        done = sum(outcome.done for outcome in outcomes)
        messages.info(request, f"{done} of {len(outcomes)} done; the admin log has each.")
