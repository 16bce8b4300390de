"""Materials, their chunks and jobs in the console."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Min, Q, QuerySet, Value
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from classes.admin import person_link, with_names
from classes.models import Classroom
from materials.models import Material, MaterialChunk, MaterialProcessingJob
from materials.reprocess import Selection, candidates, queue_all
from stemcore.console import columns, pages, panels
from stemcore.console.actions import NothingDone, RowAction
from stemcore.console.base import ConsoleAdmin
from stemcore.console.filters import choices_filter
from stemcore.console.markup import NOTHING, lines, list_link, list_url, row_link, size
from stemcore.console.spans import Span

EXCERPT = 600
"""Characters of a chunk on its material's page."""

HEAVY = ("extracted_text", "metadata")
JOBS = "materials_materialprocessingjob"
REASONS = 10


def _requeue(material: Material) -> str:
    """Queues a material again, as its class's owner; the worker goes on by itself."""
    found = candidates.sync(Selection(material=material.id))
    if not found:
        raise NothingDone("it is gone")
    if found[0].queued:
        raise NothingDone("it waits in the queue already")
    if found[0].acting is None:
        raise NothingDone("its guest's sandbox has ended")
    if not all(queue_all(found)):
        raise NothingDone("the queue refused it")
    return "is queued, and a worker takes it up"


def _retry(job: MaterialProcessingJob) -> str:
    if job.status != "failed":
        raise NothingDone("only a job that failed is tried again")
    return _requeue(job.material)


@admin.register(Material)
class MaterialAdmin(columns.OfClass, ConsoleAdmin):
    made = columns.moment("created_at", "Made")
    state = columns.state()

    list_display = ("title", "state", "of_class", "kind", "file_size", "chunk_count", "made")
    list_filter = (
        choices_filter("status", "pending", "processing", "ready", "failed"),
        "created_at",
    )
    search_fields = ("title", "classroom__title")
    search_help_text = "A title, a class's title, or the id of a material, class or person"
    id_fields = ("id", "classroom_id", "uploaded_by", "sandbox_id")
    heavy = HEAVY
    ordering = ("-created_at",)
    fields = (
        ("title", "state"),
        ("of_class", "uploader"),
        ("mime_type", "file_size", "chunk_count"),
        ("created_at", "id"),
        "warnings",
    )
    page_template: ClassVar[str | None] = "console/material.html"
    row_actions = (
        RowAction(
            _requeue,
            description="Process anew",
            ask="It is queued; what is searchable now stays so until the new chunks replace it.",
            icon="refresh",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Material]:
        rows = with_names(super().get_queryset(request), "uploaded_by")
        number = columns.count_of(MaterialChunk, "material")
        shown: QuerySet[Material] = rows.annotate(chunks_held=number)
        return shown

    @display(description="Uploaded by")
    def uploader(self, row: Any) -> SafeString | str:
        return person_link(row.uploaded_by, row.person_name)

    @display(description="Kind", ordering="mime_type")
    def kind(self, row: Material) -> str:
        return (row.mime_type or row.storage_path).rpartition(".")[2].rpartition("/")[2]

    @display(description="Size", ordering="size_bytes")
    def file_size(self, row: Material) -> str:
        return size(row.size_bytes)

    @display(description="Chunks")
    def chunk_count(self, row: Any) -> SafeString:
        return list_link(
            "materials_materialchunk", row.chunks_held or 0, material__id__exact=row.id
        )

    @display(description="Warnings")
    def warnings(self, row: Material) -> SafeString | str:
        found = (row.metadata or {}).get("warnings") or []
        return lines(found if isinstance(found, list) else [found])

    def page(self, request: HttpRequest, row: Material) -> dict[str, Any]:
        chunks = MaterialChunk.objects.filter(material=row).annotate(
            excerpt=Left("text", Value(EXCERPT))
        )
        return {
            "jobs": row.jobs.order_by("-created_at")[: pages.MANY],
            "chunks": chunks.order_by("source_index", "created_at").values(
                "id",
                "source_type",
                "source_index",
                "section_title",
                "excerpt",
                "token_count",
                "quality_score",
                "embedding_model",
            )[: pages.MANY],
        }


class _OfMaterial(ConsoleAdmin):
    """A list with a column `of_material`; of the material itself nothing heavy is loaded."""

    related: ClassVar[tuple[str, ...]] = ("material",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related(*self.related)
        return rows.defer(*self.heavy, *(f"material__{name}" for name in HEAVY))

    @display(description="Material", ordering="material__title")
    def of_material(self, row: Any) -> SafeString | str:
        return row_link("materials_material", row.material_id, row.material.title)


@admin.register(MaterialChunk)
class MaterialChunkAdmin(_OfMaterial):
    list_display = ("place", "section_title", "of_material", "token_count", "embedding_model")
    list_filter = (choices_filter("source_type", "page", "slide", "paragraph"),)
    search_fields = ("section_title",)
    search_help_text = "A section's title, or the id of a chunk, material or class"
    id_fields = ("id", "material_id", "classroom_id")
    heavy = ("text", "embedding", "metadata")
    ordering = ("-created_at",)
    fields = (
        ("of_material", "place", "section_title"),
        ("token_count", "quality_score", "extraction_method"),
        ("embedding_provider", "embedding_model", "created_at"),
        "text",
    )

    @display(description="Place", ordering="source_index")
    def place(self, row: MaterialChunk) -> str:
        return f"{row.source_type} {row.source_index}"


@admin.register(MaterialProcessingJob)
class MaterialProcessingJobAdmin(columns.OfClass, _OfMaterial):
    related = ("material", "classroom")
    made = columns.moment("created_at", "Made")
    state = columns.state()

    list_display = ("made", "state", "stage", "attempts", "of_material", "of_class", "reason")
    list_filter = (
        choices_filter("status", "pending", "processing", "retry", "completed", "failed"),
        "created_at",
    )
    search_fields = ("last_error", "material__title")
    search_help_text = "A title, words of an error, or the id of a job, material or class"
    id_fields = ("id", "material_id", "classroom_id")
    ordering = ("-created_at",)
    row_actions = (
        RowAction(
            _retry,
            description="Retry failed",
            ask="The material is queued again, with all its attempts.",
            icon="refresh",
        ),
    )
    fields = (
        ("of_material", "of_class"),
        ("state", "stage", "attempts"),
        ("locked_at", "created_at", "updated_at"),
        "last_error",
    )

    @display(description="Why", ordering="last_error")
    def reason(self, row: MaterialProcessingJob) -> str:
        return (row.last_error or NOTHING)[:80]


def _class_materials(row: Classroom) -> dict[str, Any]:
    rows = Material.objects.filter(classroom=row).order_by("-created_at").defer(*HEAVY)
    return {"materials": rows[: pages.MANY]}


def _queue(_span: Span) -> dict[str, Any]:
    """How it stands with the queue, from the jobs' rows: messages say nothing of their state."""
    jobs = MaterialProcessingJob.objects.all()
    open_jobs = ("pending", "retry", "processing")
    found = jobs.filter(status__in=open_jobs).aggregate(
        waiting=Count("id", filter=Q(status="pending")),
        working=Count("id", filter=Q(status="processing")),
        retry=Count("id", filter=Q(status="retry")),
        oldest=Min("created_at", filter=Q(status__in=("pending", "retry"))),
    )
    failures = jobs.filter(status="failed").values("last_error")
    reasons = failures.annotate(number=Count("id")).order_by("-number")[:REASONS]
    return {
        **found,
        "waiting_url": list_url(JOBS, status="pending"),
        "working_url": list_url(JOBS, status="processing"),
        "retry_url": list_url(JOBS, status="retry"),
        "failed": Material.objects.filter(status="failed").count(),
        "failed_url": list_url("materials_material", status="failed"),
        "reasons": [{**row, "url": _jobs_that_failed(row["last_error"])} for row in reasons],
    }


def _jobs_that_failed(reason: str | None) -> str:
    if reason is None:
        return list_url(JOBS, status="failed", last_error__isnull=True)
    return list_url(JOBS, status="failed", last_error=reason)


panels.register(
    panels.Panel(
        "Materials",
        "console/panels/queue.html",
        _queue,
        "materials.view_materialprocessingjob",
        30,
    )
)
pages.register(
    "class",
    pages.Part(
        "Materials", "console/parts/materials.html", _class_materials, "materials.view_material"
    ),
)
