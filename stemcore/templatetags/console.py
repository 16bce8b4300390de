"""What the console's templates write with."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from stemcore.console import markup

register = template.Library()
register.simple_tag(markup.row_link)
register.simple_tag(markup.list_url)
register.simple_tag(markup.meter)
register.simple_tag(markup.tag, name="state")
register.filter(markup.ago)
register.filter(markup.size)
register.filter("ms", markup.duration)


@register.simple_tag
def person(user_id: object, name: str | None) -> SafeString | str:
    """A link to a person's page; who has no name is a guest and has none."""
    return markup.row_link("classes_profile", user_id, name) if name else markup.short(user_id)


@register.filter
def percent(value: object) -> str:
    return f"{100 * value:.0f}%" if isinstance(value, int | float) else markup.NOTHING


@register.filter
def citations(stored: object) -> list[dict[str, Any]]:
    """Label and rationale of what an answer cites; both spellings of the label are stored."""
    found = [item for item in stored if isinstance(item, dict)] if isinstance(stored, list) else []
    return [
        {
            "label": item.get("sourceLabel") or item.get("source_label") or "Source",
            "rationale": item.get("rationale") or item.get("snippet") or "",
        }
        for item in found
    ]


@register.filter
def thousands(value: int | None) -> str:
    return f"{value or 0:,}"
