"""What every model's admin has in common: rows are looked at, and changed by actions alone."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError
from django.db.models import Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from stemcore.console.actions import RowAction

NUL = "\0"
"""What no text of the database can hold."""


class RowList(ChangeList):
    """A list that makes each address of its headers once: Unfold asks for them in every row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._made: dict[str, str] = {}
        super().__init__(*args, **kwargs)

    def get_query_string(
        self, new_params: dict[str, Any] | None = None, remove: list[str] | None = None
    ) -> str:
        asked = repr((new_params, remove))
        if asked not in self._made:
            self._made[asked] = super().get_query_string(new_params, remove)
        return self._made[asked]

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except DataError as error:  # a value in the address that no row could have
            raise IncorrectLookupParameters from error
        if not self.query and not self.get_filters_params():
            self.full_result_count = self.result_count  # so "show all" is not offered of all


class ConsoleAdmin(ModelAdmin):
    """A read-only list and page of a model's rows.

    `heavy` are columns that lists never load and nobody filters by; `id_fields` are searched by
    whoever types a whole id; `page_template` is put below the fields of a row, with what `page`
    returns as its `page`. `row_actions` stand in the list and on the page of a row, for those who
    may `operate`.
    """

    list_per_page = 50
    show_full_result_count = False
    list_fullwidth = True
    compressed_fields = False
    heavy: ClassVar[tuple[str, ...]] = ()
    id_fields: ClassVar[tuple[str, ...]] = ("id",)
    page_template: ClassVar[str | None] = None
    row_actions: ClassVar[tuple[RowAction, ...]] = ()

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.change_form_outer_after_template = self.page_template
        self.actions = [action.on_list() for action in self.row_actions]
        self.actions_detail = [action.name for action in self.row_actions]
        for action in self.row_actions:
            setattr(self, action.name, action.on_page(self))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RowList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).defer(*self.heavy)
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        key = _uuid(search_term)
        if key is None:
            found: tuple[QuerySet[Any], bool] = super().get_search_results(
                request, queryset, search_term.replace(NUL, "")
            )
            return found
        wanted = Q()
        for field in self.id_fields:
            wanted |= Q(**{field: key})
        return queryset.filter(wanted), False

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            if NUL in key or not _is_key(self.opts.pk, key):
                raise BadRequest
        return super().response_action(request, queryset)

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """No address may ask about a heavy column: the number of rows would tell its text."""
        if lookup.partition(LOOKUP_SEP)[0] in self.heavy:
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_operate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the actions on these rows are theirs: the right to change them, in Django."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def page(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the template of a row's page shows below the fields."""
        return {}

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        answer: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        context = getattr(answer, "context_data", None)
        if context and context.get("original") is not None:
            context["page"] = self.page(request, context["original"])
            context["title"] = str(context["original"])
        return answer

    def log_read(self, request: HttpRequest, row: Model, message: str) -> None:
        """Puts into the admin log that somebody looked."""
        LogEntry.objects.log_actions(request.user.pk or 0, [row], CHANGE, message)


def _is_key(column: Any, text: str) -> bool:
    try:
        column.to_python(text)
    except ValidationError:
        return False
    return True


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
