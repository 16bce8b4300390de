"""The admin site: the dashboard as its first page, and a guarded door."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from unfold.sites import UnfoldAdminSite

from stemcore.console.door import LoginForm
from stemcore.console.markup import NOTHING
from stemcore.console.panels import filled
from stemcore.console.second_factor import devices, pages


class ConsoleSite(UnfoldAdminSite):
    index_title = "How the service is doing"
    index_template = "console/dashboard.html"
    login_form = LoginForm
    empty_value_display = NOTHING

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The dashboard over the span of time in `?span=`."""
        page: TemplateResponse = super().index(
            request, {**filled(request), **(extra_context or {})}
        )
        return page

    def knows(self, request: HttpRequest) -> bool:
        """Whether the visitor has shown the password of a member of the staff."""
        return bool(super().has_permission(request))

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the visitor has shown all that is asked for."""
        return self.knows(request) and not devices.is_due(request)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The password; who has shown it goes on to the second factor."""
        if request.method == "GET" and self.knows(request) and devices.is_due(request):
            query = request.GET.urlencode()
            return HttpResponseRedirect(f"{reverse('admin:second_factor')}?{query}")
        answer: HttpResponse = super().login(request, extra_context)
        return answer

    def get_urls(self) -> list[Any]:
        second_factor = [
            path("second-factor/", partial(pages.ask, self), name="second_factor"),
            path("second-factor/setup/", partial(pages.set_up, self), name="second_factor_setup"),
        ]
        # Leaving is open to those, too, who have not come all the way in.
        return [*second_factor, path("logout/", self.logout), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The models of one app: the sidebar has groups of its own, so nobody shows all."""
        return super().get_app_list(request, app_label) if app_label else []

    def search(self, *_: Any, **__: Any) -> HttpResponse:
        """Not offered: each list searches its own rows, by their indexes."""
        raise Http404


def environment(_request: HttpRequest) -> list[str] | None:
    """The label beside the title that says where one is."""
    return ["development", "info"] if settings.DEBUG else None
