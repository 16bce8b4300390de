"""Blueprints in the console."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from classes.admin import person_link, with_names
from classes.models import Classroom
from learning.models import Blueprint, BlueprintStatus, Objective, Topic
from stemcore.console import columns, pages
from stemcore.console.base import ConsoleAdmin
from stemcore.console.filters import choices_filter


def _outline(blueprint: Blueprint) -> QuerySet[Topic]:
    """The topics in their order, each with its objectives; two queries."""
    objectives = Prefetch("objectives", Objective.objects.order_by("created_at"))
    topics = Topic.objects.filter(blueprint=blueprint).order_by("sequence")
    return topics.prefetch_related(objectives)[: pages.MANY]


@admin.register(Blueprint)
class BlueprintAdmin(columns.OfClass, ConsoleAdmin):
    made = columns.moment("created_at", "Made")
    published = columns.moment("published_at", "Published")
    state = columns.state()

    list_display = ("of_class", "version", "state", "author", "made", "published")
    list_filter = (choices_filter("status", *BlueprintStatus.values), "created_at")
    list_display_links = ("version",)
    search_fields = ("classroom__title",)
    search_help_text = "A class's title, or the id of a blueprint, class or person"
    id_fields = ("id", "classroom_id", "created_by", "published_by")
    heavy = ("summary", "content_json")
    ordering = ("-created_at",)
    fields = (
        ("of_class", "version", "state"),
        ("author", "created_at", "approved_at", "published_at"),
        "summary",
    )
    page_template: ClassVar[str | None] = "console/blueprint.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Blueprint]:
        return with_names(super().get_queryset(request), "created_by")

    @display(description="Made by")
    def author(self, row: Any) -> SafeString | str:
        return person_link(row.created_by, row.person_name)

    def page(self, request: HttpRequest, row: Blueprint) -> dict[str, Any]:
        return {"topics": _outline(row)}


def _class_blueprint(row: Classroom) -> dict[str, Any]:
    held = Blueprint.objects.filter(classroom=row, status__in=["published", "draft"])
    shown = held.defer("content_json").order_by("-status").first()
    return {"blueprint": shown, "topics": _outline(shown) if shown else []}


pages.register(
    "class",
    pages.Part(
        "Blueprint", "console/parts/blueprint.html", _class_blueprint, "learning.view_blueprint"
    ),
)
