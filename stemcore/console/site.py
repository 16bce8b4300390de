"""The admin site: the dashboard as its first page, and a guarded door."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.sites import UnfoldAdminSite

from stemcore.console.door import LoginForm
from stemcore.console.panels import filled


class ConsoleSite(UnfoldAdminSite):
    index_title = "How the service is doing"
    index_template = "console/dashboard.html"
    login_form = LoginForm

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The dashboard over the span of time in `?span=`."""
        page: TemplateResponse = super().index(
            request, {**filled(request), **(extra_context or {})}
        )
        return page

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The models of one app: the sidebar has groups of its own, so nobody shows all."""
        return super().get_app_list(request, app_label) if app_label else []

    def search(self, *_: Any, **__: Any) -> HttpResponse:
        """Not offered: each list searches its own rows, by their indexes."""
        raise Http404


def environment(_request: HttpRequest) -> list[str] | None:
    """The label beside the title that says where one is."""
    return ["development", "info"] if settings.DEBUG else None
