"""Small pieces of HTML that lists and pages of the console share."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil

NOTHING = "–"


def row_url(model: str, key: object) -> str:
    """The page of a row; `model` as in the names of admin URLs: `chat_chatsession`."""
    return reverse(f"admin:{model}_change", args=[key])


def list_url(model: str, **filters: object) -> str:
    """The list of a model's rows that match the filters."""
    query = urlencode({name: str(value) for name, value in filters.items()})
    url = _changelist(model)
    return f"{url}?{query}" if query else url


@lru_cache
def _changelist(model: str) -> str:
    return reverse(f"admin:{model}_changelist")


def link(url: str, text: object) -> SafeString:
    return format_html('<a class="console-link" href="{}">{}</a>', url, text)


def row_link(model: str, key: object, text: object = None) -> SafeString | str:
    """A link to a row, named by the first digits of its key unless `text` says more."""
    if key is None:
        return NOTHING
    return link(row_url(model, key), text or short(key))


def list_link(model: str, text: object, **filters: object) -> SafeString:
    return link(list_url(model, **filters), text)


def short(key: object) -> str:
    """The first eight digits of an id, which is enough to tell rows apart by eye."""
    return str(key)[:8]


def meter(used: int, limit: int, label: str) -> SafeString:
    """A bar of how much of a limit is used; a limit of 0 is a feature that is switched off."""
    if limit <= 0:
        return format_html('<span class="console-quiet">{} · off</span>', used)
    state = "full" if used >= limit else "high" if used >= 0.8 * limit else "fine"
    return format_html(
        '<span class="console-meter {}"><progress aria-label="{}" value="{}" max="{}"></progress>'
        "<span>{}/{}</span></span>",
        *(state, label, min(used, limit), limit, used, limit),
    )


def ago(moment: datetime | None) -> SafeString | str:
    """How long ago, or until when; the moment itself stands in the title."""
    if moment is None:
        return NOTHING
    now = timezone.now()
    words = _distance(moment, now)
    stamp = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), stamp, words)


def _distance(moment: datetime, now: datetime) -> str:
    if abs(moment - now) < timedelta(minutes=1):
        return "just now" if moment <= now else "in a moment"
    if moment > now:
        return f"in {timeuntil(moment, now, depth=1)}"
    return f"{timesince(moment, now, depth=1)} ago"


def size(count: int | None) -> str:
    """A number of bytes in the unit that people read."""
    if count is None:
        return NOTHING
    for unit in ("B", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count = round(count / 1000, 1)  # type: ignore[assignment]  # shown, not counted with
    return f"{count:.1f} GB"


def duration(ms: float | None) -> str:
    """A latency in the unit that people read."""
    if ms is None:
        return NOTHING
    return f"{ms / 1000:.1f} s" if ms >= 1000 else f"{ms:.0f} ms"


def token_flow(given: int | None, made: int | None, total: int | None) -> str:
    """Tokens of a prompt and of its answer; the sum alone where no more is known."""
    if total is None:
        return NOTHING
    return f"{total:,}" if given is None and made is None else f"{given or 0:,} → {made or 0:,}"


def yes(value: object) -> SafeString | str:
    """A mark of what is so; of what is not there is nothing to say."""
    return format_html('<span class="console-tag info">{}</span>', "yes") if value else NOTHING


def lines(items: Iterable[object]) -> SafeString | str:
    """A list of texts, one below the other."""
    rows = [(item,) for item in items]
    if not rows:
        return NOTHING
    return format_html(
        '<ul class="console-lines">{}</ul>', format_html_join("", "<li>{}</li>", rows)
    )


def tag(state: str, words: str = "") -> SafeString:
    """A label in the colour of the state; `words` say more than the state's name."""
    look = LABELS.get(state, "plain")
    return format_html('<span class="console-tag {}">{}</span>', look, words or state)


STATES: dict[str, Any] = {
    "success": ["ok", "ready", "active", "published", "done", "completed"],
    "danger": ["failed", "error", "discarded"],
    "warning": ["retry", "cancelled", "generating", "draft", "archived"],
    "info": ["processing", "pending", "approved"],
}
LABELS: dict[str, str] = {value: look for look, values in STATES.items() for value in values}
"""State → how its label is coloured."""
