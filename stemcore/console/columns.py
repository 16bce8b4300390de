"""Columns that many lists have: moments, states and the class of a row."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Model, OuterRef, Subquery
from django.utils.safestring import SafeString
from unfold.decorators import display

from stemcore.console import markup
from stemcore.console.markup import ago, row_link, tag


def moment(field: str, title: str) -> Any:
    """How long ago a moment was, or until when."""

    @display(description=title, ordering=field)
    def column(_admin: Any, row: Any) -> SafeString | str:
        return ago(getattr(row, field))

    return column


def state(field: str = "status", title: str = "Status") -> Any:
    """A word in the colour of what it means."""

    @display(description=title, ordering=field)
    def column(_admin: Any, row: Any) -> SafeString:
        return tag(getattr(row, field))

    return column


def yes(field: str, title: str) -> Any:
    """A mark where the field is true."""

    @display(description=title, ordering=field)
    def column(_admin: Any, row: Any) -> SafeString | str:
        return markup.yes(getattr(row, field))

    return column


def archived(is_archived: Callable[[Any], bool], ordering: str) -> Any:
    """Whether a row is still in use."""

    @display(description="State", ordering=ordering)
    def column(_admin: Any, row: Any) -> SafeString:
        return tag("archived" if is_archived(row) else "active")

    return column


def latency() -> Any:
    """How long a call of a model took."""

    @display(description="Latency", ordering="latency_ms")
    def column(_admin: Any, row: Any) -> str:
        return markup.duration(row.latency_ms)

    return column


def tokens() -> Any:
    """The tokens of a call of a model."""

    @display(description="Tokens in → out", ordering="total_tokens")
    def column(_admin: Any, row: Any) -> str:
        return markup.token_flow(row.prompt_tokens, row.completion_tokens, row.total_tokens)

    return column


def count_of(model: type[Model], field: str) -> Subquery:
    """How many rows of a model refer to the row at hand by that field; null for none."""
    rows = model._default_manager.filter(**{field: OuterRef("pk")}).order_by()
    return Subquery(rows.values(field).annotate(number=Count("pk")).values("number"))


class OfClass:
    """A column `of_class`, by the title of the row's class; the list wants it selected, too."""

    list_select_related: Any = ("classroom",)

    @display(description="Class", ordering="classroom__title")
    def of_class(self, row: Any) -> SafeString | str:
        return row_link("classes_classroom", row.classroom_id, row.classroom.title)
