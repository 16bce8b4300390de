"""Stored reports in the console."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from analytics.expiry import expire_brief, expire_insights
from analytics.models import InsightsSnapshot, TeachingBriefSnapshot
from classes.models import Classroom
from learning.bloom import BLOOM_LEVELS
from stemcore.console import columns, pages
from stemcore.console.actions import NothingDone, RowAction
from stemcore.console.base import ConsoleAdmin
from stemcore.console.charts import bars
from stemcore.console.filters import choices_filter


def _expire_insights(row: InsightsSnapshot) -> str:
    if not expire_insights.sync(row.id):
        raise NothingDone("it is gone")
    return "the next request makes it anew"


def _expire_brief(row: TeachingBriefSnapshot) -> str:
    if not expire_brief.sync(row.id):
        raise NothingDone("it is gone or being made")
    return "the next request makes it anew"


class SnapshotAdmin(columns.OfClass, ConsoleAdmin):
    """What both kinds of report share."""

    made = columns.moment("generated_at", "Made")

    list_filter: ClassVar[Any] = ("generated_at",)
    search_fields = ("classroom__title",)
    search_help_text = "A class's title, or the id of a report or class"
    id_fields = ("id", "classroom_id")
    heavy = ("payload",)
    ordering = ("-generated_at",)


@admin.register(InsightsSnapshot)
class InsightsSnapshotAdmin(SnapshotAdmin):
    list_display = ("made", "of_class")
    row_actions = (
        RowAction(
            _expire_insights,
            description="Expire",
            ask="The next request makes it anew.",
            icon="event_busy",
        ),
    )
    fields = (("of_class", "generated_at"),)
    page_template: ClassVar[str | None] = "console/insights.html"

    def page(self, request: HttpRequest, row: InsightsSnapshot) -> dict[str, Any]:
        return insights_charts(row.payload)


@admin.register(TeachingBriefSnapshot)
class TeachingBriefSnapshotAdmin(SnapshotAdmin):
    state = columns.state()

    list_display = ("made", "of_class", "state")
    row_actions = (
        RowAction(
            _expire_brief,
            description="Expire",
            ask="The next request makes it anew.",
            icon="event_busy",
        ),
    )
    list_filter = (
        choices_filter("status", "empty", "ready", "generating", "error", "no_data"),
        "generated_at",
    )
    fields = (("of_class", "state"), ("generated_at", "updated_at"), "error_message")
    page_template: ClassVar[str | None] = "console/brief.html"

    def page(self, request: HttpRequest, row: TeachingBriefSnapshot) -> dict[str, Any]:
        return {"brief": row.payload or {}}


def insights_charts(payload: Any) -> dict[str, Any]:
    """The figures of insights as a page shows them; of a stored payload nothing is taken on trust.

    Returns `summary` and, where there is something to draw, `topics`, `bloom` and `narrative`.
    """
    report = payload if isinstance(payload, dict) else {}
    topics = [topic for topic in _list(report, "topics") if isinstance(topic, dict)][:30]
    bloom = report.get("bloom_breakdown")
    levels = bloom if isinstance(bloom, dict) else {}
    narrative = report.get("ai_narrative")
    return {
        "summary": report.get("class_summary") or {},
        "topics": bars(
            {str(t.get("title")): _percent(t.get("avg_score")) for t in topics}, "Average, %"
        ),
        "bloom": bars({level: _percent(levels.get(level)) for level in BLOOM_LEVELS}, "Average, %"),
        "narrative": narrative if isinstance(narrative, dict) else {},
    }


def _list(report: dict[str, Any], name: str) -> list[Any]:
    found = report.get(name)
    return found if isinstance(found, list) else []


def _percent(score: object) -> float | None:
    return round(100 * score, 1) if isinstance(score, int | float) else None


def _class_insights(row: Classroom) -> dict[str, Any]:
    found = InsightsSnapshot.objects.filter(classroom=row).first()
    return {"snapshot": found, **(insights_charts(found.payload) if found else {})}


pages.register(
    "class",
    pages.Part(
        "Latest insights",
        "console/parts/insights.html",
        _class_insights,
        "analytics.view_insightssnapshot",
    ),
)
