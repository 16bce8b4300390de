"""Filters of lists that ask the database nothing to show themselves."""

from typing import Any

from django.contrib.admin import FieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters, ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest


def choices_filter(field: str, *values: str) -> tuple[str, type[FieldListFilter]]:
    """A filter of a text column by the values that the column's rule allows."""

    class ChoicesFilter(FieldListFilter):
        def __init__(
            self,
            column: Any,
            request: HttpRequest,
            params: dict[str, Any],
            model: Any,
            model_admin: "ModelAdmin[Any]",
            field_path: str,
        ) -> None:
            self.name = field_path
            super().__init__(column, request, params, model, model_admin, field_path)

        def expected_parameters(self) -> list[str | None]:
            return [self.name]

        @property
        def chosen(self) -> list[str]:
            found: Any = self.used_parameters.get(self.name)
            return found or []

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
            if not set(self.chosen) <= set(values):
                raise IncorrectLookupParameters  # an enum's column would fail on other words
            return super().queryset(request, queryset)

        def choices(self, changelist: ChangeList) -> Any:
            yield {
                "selected": not self.chosen,
                "query_string": changelist.get_query_string(remove=[self.name]),
                "display": "All",
            }
            for value in values:
                yield {
                    "selected": value in self.chosen,
                    "query_string": changelist.get_query_string({self.name: value}),
                    "display": value,
                }

    return field, ChoicesFilter
