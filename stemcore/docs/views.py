"""The page and its document, as plain Django views."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

fill_in: Callable[[], Mapping[str, Any]] | None = None
"""Key and tokens that the page is filled in with.

`manage.py demo` alone sets this, in its own process, which listens on loopback; everywhere else
people bring their own.
"""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content-Security-Policy: no other host, and no script but our files."""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The document to read and to try."""
    filled = {"demo": fill_in() if fill_in else None}
    answer = render(request, "docs/page.html", filled)
    answer["Content-Security-Policy"] = POLICY
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """`docs/openapi.yaml`."""
    return HttpResponse(settings.OPENAPI_FILE.read_bytes(), content_type="application/yaml")
