"""Parts of a row's page that come from apps which the row's own app does not know.

An app registers what it shows on the page of a class, say, under the page's name; the template
of the part gets what the function returns, as `part`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from stemcore.console.markup import list_link

MANY = 200
"""Rows of one kind on a page; the list has the rest."""

Show = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Part:
    """A part of a page: its heading, its template, what it shows, and whose rows it needs."""

    title: str
    template: str
    show: Show
    permission: str


_parts: dict[str, list[Part]] = {}


def register(page: str, part: Part) -> None:
    _parts.setdefault(page, []).append(part)


def parts_of(page: str, row: Any, request: HttpRequest) -> dict[str, Any]:
    """The parts of the page that this member of the staff may see, filled in."""
    return {
        "parts": [
            {"title": part.title, "template": part.template, **part.show(row)}
            for part in _parts.get(page, [])
            if request.user.has_perm(part.permission)
        ]
    }


CLASS_LINKS = {
    "Members": "classes_enrollment",
    "Chat sessions": "chat_chatsession",
    "Materials": "materials_material",
    "Blueprints": "learning_blueprint",
}
PERSON_LINKS = {
    "Classes": ("classes_enrollment", "user_id"),
    "Chat sessions": ("chat_chatsession", "owner_user_id"),
    "Materials": ("materials_material", "uploaded_by"),
    "AI calls": ("stemcore_providercall", "user_id"),
}


def links_of_class(class_id: UUID) -> SafeString:
    """Links to the lists of a class's rows."""
    rows = [
        (list_link(model, title, classroom__id__exact=class_id),)
        for title, model in CLASS_LINKS.items()
    ]
    return _row([*rows, (list_link("stemcore_providercall", "AI calls", class_id=class_id),)])


def links_of_person(user_id: UUID) -> SafeString:
    """Links to the lists of a person's rows."""
    return _row(
        [
            (list_link(model, title, **{field: user_id}),)
            for title, (model, field) in PERSON_LINKS.items()
        ]
    )


def _row(links: list[tuple[SafeString]]) -> SafeString:
    return format_html('<span class="console-links">{}</span>', format_html_join("", "{}", links))
