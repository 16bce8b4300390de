"""Classes, their members and people in the console."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from classes.membership import renew_join_code
from classes.models import Classroom, Enrollment, Profile
from stemcore.console import columns, pages
from stemcore.console.actions import RowAction
from stemcore.console.base import ConsoleAdmin
from stemcore.console.filters import choices_filter
from stemcore.console.markup import NOTHING, link, list_link, row_link, row_url, short


def with_names(rows: QuerySet[Any], field: str, name: str = "person_name") -> QuerySet[Any]:
    """The rows with the display name of the person whose id is in the field."""
    names = Profile.objects.filter(id=OuterRef(field)).values("display_name")[:1]
    named: QuerySet[Any] = rows.annotate(**{name: Subquery(names)})
    return named


def person_link(user_id: object, name: str | None) -> SafeString | str:
    """A link to a person's page; guests have none."""
    if user_id is None:
        return NOTHING
    return link(row_url("classes_profile", user_id), name) if name else short(user_id)


def _new_join_code(row: Classroom) -> str:
    return f"the join code is {renew_join_code.sync(row.id)} now"


@admin.register(Classroom)
class ClassroomAdmin(ConsoleAdmin):
    made = columns.moment("created_at", "Made")
    state = columns.archived(lambda row: row.archived, "archived")

    list_display = ("title", "subject", "level", "owner", "members", "join_code", "guest", "made")
    list_filter = ("archived", ("sandbox_id", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("title", "subject", "=join_code")
    search_help_text = "A title, subject or join code, or the id of a class, owner or sandbox"
    id_fields = ("id", "owner_id", "sandbox_id")
    heavy = ("description",)
    ordering = ("-created_at",)
    fields = (
        ("title", "join_code", "state"),
        ("subject", "level", "provider"),
        ("owner", "guest", "created_at", "updated_at"),
        "links",
    )
    page_template: ClassVar[str | None] = "console/classroom.html"
    row_actions = (
        RowAction(
            _new_join_code,
            description="New join code",
            ask="The present code ends; who joined with it stays.",
            icon="key",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Classroom]:
        rows = with_names(super().get_queryset(request), "owner_id")
        number = columns.count_of(Enrollment, "classroom")
        named: QuerySet[Classroom] = rows.annotate(member_count=number)
        return named

    @display(description="Owner")
    def owner(self, row: Any) -> SafeString | str:
        return person_link(row.owner_id, row.person_name)

    @display(description="Members")
    def members(self, row: Any) -> SafeString:
        return list_link("classes_enrollment", row.member_count or 0, classroom__id__exact=row.id)

    @display(description="Guest's copy", ordering="sandbox_id")
    def guest(self, row: Classroom) -> SafeString | str:
        return row_link("stemcore_guestsandbox", row.sandbox_id)

    @display(description="AI provider")
    def provider(self, row: Classroom) -> str:
        return row.ai_provider or NOTHING

    @display(description="Go to")
    def links(self, row: Classroom) -> SafeString:
        return pages.links_of_class(row.id)

    def page(self, request: HttpRequest, row: Classroom) -> dict[str, Any]:
        members = with_names(Enrollment.objects.filter(classroom=row), "user_id")
        return {
            "members": members.order_by("role", "joined_at")[: pages.MANY],
            **pages.parts_of("class", row, request),
        }


@admin.register(Enrollment)
class EnrollmentAdmin(columns.OfClass, ConsoleAdmin):
    joined = columns.moment("joined_at", "Joined")

    part = columns.state("role", "Role")

    list_display = ("person", "part", "of_class", "joined")
    list_display_links = ("part",)
    list_filter = (choices_filter("role", "teacher", "student", "ta"), "joined_at")
    search_fields = ("classroom__title",)
    search_help_text = "A class's title, or the id of a class or user"
    id_fields = ("id", "user_id", "classroom_id")
    ordering = ("-joined_at",)
    fields = (("person", "part"), ("of_class", "joined_at"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrollment]:
        return with_names(super().get_queryset(request), "user_id")

    @display(description="Person")
    def person(self, row: Any) -> SafeString | str:
        return person_link(row.user_id, row.person_name)


@admin.register(Profile)
class ProfileAdmin(ConsoleAdmin):
    made = columns.moment("created_at", "Since")

    list_display = ("name", "account_type", "key", "made")
    list_filter = (choices_filter("account_type", "teacher", "student"), "created_at")
    search_fields = ("display_name",)
    search_help_text = "A name, or the id of a user"
    ordering = ("-created_at",)
    fields = (("display_name", "account_type"), ("id", "created_at"), "links")

    @display(description="Name", ordering="display_name")
    def name(self, row: Profile) -> str:
        return row.display_name or short(row.id)

    @display(description="Id")
    def key(self, row: Profile) -> str:
        return short(row.id)

    @display(description="Go to")
    def links(self, row: Profile) -> SafeString:
        return pages.links_of_person(row.id)
