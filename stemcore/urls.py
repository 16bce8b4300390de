"""Every route, in one place; a process has those of the part that it serves."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from stemcore.api.health import HealthViewSet, ReadinessViewSet
from stemcore.docs import views as docs

handler400 = "stemcore.console.failure.not_taken"
handler403 = "stemcore.console.failure.denied"
handler404 = "stemcore.console.failure.missing"
handler500 = "stemcore.console.failure.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", HealthViewSet.as_view({"get": "healthz"})),
    path("readyz", ReadinessViewSet.as_view({"get": "readyz"})),
]

if settings.SERVES_API:
    urlpatterns += [
        path("v1/llm/", include("stemcore.llm.urls")),
        path("v1/classes/", include("classes.urls")),
        path("v1/materials/", include("materials.urls")),
        path("v1/", include("learning.urls")),
        path("v1/chat/", include("chat.urls")),
        path("v1/analytics/", include("analytics.urls")),
    ]

if settings.SERVES_CONSOLE:
    urlpatterns += [
        path("admin/", admin.site.urls),
        path("admin", RedirectView.as_view(pattern_name="admin:index")),  # as people type it
    ]

if settings.SERVES_API and settings.API_DOCS:
    urlpatterns += [
        path("docs", docs.page, name="docs"),
        path("docs/", RedirectView.as_view(pattern_name="docs")),
        path("docs/openapi.yaml", docs.document, name="docs-document"),
    ]
