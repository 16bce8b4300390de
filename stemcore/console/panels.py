"""The parts of the first page, which apps register when their admin is loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from stemcore.console.spans import SPANS, Span


@dataclass(frozen=True)
class Panel:
    """`show` returns what the template gets, as `panel`; `permission` is whose rows it tells of."""

    title: str
    template: str
    show: Callable[[Span], dict[str, Any]]
    permission: str
    order: int


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    _panels[panel.title] = panel


def filled(request: HttpRequest) -> dict[str, Any]:
    """The page's panels that this member of the staff may see, over the span asked for."""
    span = SPANS.get(request.GET.get("span", ""), SPANS["day"])
    shown = sorted(_panels.values(), key=lambda panel: panel.order)
    return {
        "span": span,
        "spans": SPANS.values(),
        "panels": [
            {"title": panel.title, "template": panel.template, **panel.show(span)}
            for panel in shown
            if request.user.has_perm(panel.permission)
        ],
    }
