"""How the admin looks: settings of `django-unfold`, and the way through its pages."""

from itertools import chain
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy

GROUPS: dict[str, list[tuple[str, str, str, str]]] = {
    "Guests": [
        ("Sandboxes", "stemcore.guestsandbox", "sandbox", "hourglass_top"),
        ("Requests in work", "stemcore.guestadmission", "request in work", "pending"),
        ("Platform's totals", "stemcore.guestsessionquota", "platform's total", "functions"),
    ],
    "Classes": [
        ("Classes", "classes.classroom", "class", "school"),
        ("Members", "classes.enrollment", "member", "group"),
        ("People", "classes.profile", "person", "person"),
        ("Blueprints", "learning.blueprint", "blueprint", "account_tree"),
    ],
    "Chats": [
        ("Sessions", "chat.chatsession", "chat session", "forum"),
        ("Messages", "chat.chatmessage", "message", "chat_bubble"),
    ],
    "Materials": [
        ("Materials", "materials.material", "material", "description"),
        ("Jobs", "materials.materialprocessingjob", "job", "sync"),
        ("Chunks", "materials.materialchunk", "chunk", "notes"),
    ],
    "Reports": [
        ("Insights", "analytics.insightssnapshot", "report of insights", "insights"),
        ("Teaching briefs", "analytics.teachingbriefsnapshot", "teaching brief", "summarize"),
    ],
    "Service": [
        ("AI calls", "stemcore.providercall", "AI call", "call_made"),
        (
            "AI calls by day",
            "stemcore.providercallday",
            "sum of a day's AI calls",
            "calendar_month",
        ),
        ("Admin log entries", "admin.logentry", "admin log entry", "history"),
        ("Staff", "auth.user", "account of the staff", "badge"),
        ("Roles", "auth.group", "role", "key"),
    ],
}
"""Group → its lists: title, model, what one of its rows is called, icon."""


def navigation(_request: object) -> list[dict[str, Any]]:
    """The groups of the sidebar; a list is named to those who may see its rows."""
    home = {"title": "Dashboard", "icon": "monitoring", "link": reverse("admin:index")}
    groups = [
        {"title": title, "items": [_item(*entry) for entry in entries]}
        for title, entries in GROUPS.items()
    ]
    return [{"title": None, "items": [home]}, *groups]


def name_models(apps: Apps) -> None:
    """Gives the models the names of the sidebar, wherever the admin speaks of their rows."""
    for title, model, one, _icon in chain.from_iterable(GROUPS.values()):
        options = apps.get_model(model)._meta
        many = title if title.startswith("AI") else title[0].lower() + title[1:]
        options.verbose_name, options.verbose_name_plural = one, many
    apps.get_app_config("auth").verbose_name = "Service"


def _item(title: str, model: str, _one: str, icon: str) -> dict[str, Any]:
    app, _, name = model.partition(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app}.view_{name}"),
    }


def account_links(_request: object) -> list[dict[str, Any]]:
    """What a member of the staff does about their own account."""
    names = {"Change password": "password_change", "Second factor": "second_factor"}
    if settings.STAFF_SECOND_FACTOR == "off":
        del names["Second factor"]
    return [{"title": title, "link": reverse(f"admin:{name}")} for title, name in names.items()]


def style(_request: object) -> str:
    return static("console/console.css")


def icon(_request: object) -> str:
    return static("console/icon.svg")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "STEM console",
    "SITE_HEADER": "STEM console",
    "SITE_SYMBOL": "school",
    "SITE_URL": None,  # there is no site around it to return to
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "stemcore.console.site.environment",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": "stemcore.console.appearance.icon"}
    ],
    "STYLES": ["stemcore.console.appearance.style"],
    "ACCOUNT": {"navigation": "stemcore.console.appearance.account_links"},
    "SIDEBAR": {"navigation": "stemcore.console.appearance.navigation"},
    "COLORS": {
        "primary": {
            "50": "oklch(97.7% .013 236.62)",
            "100": "oklch(95.1% .026 236.824)",
            "200": "oklch(90.1% .058 230.902)",
            "300": "oklch(82.8% .111 230.318)",
            "400": "oklch(74.6% .16 232.661)",
            "500": "oklch(58.8% .158 241.966)",
            "600": "oklch(50% .134 242.749)",
            "700": "oklch(44.3% .11 240.79)",
            "800": "oklch(39.1% .09 240.876)",
            "900": "oklch(34% .08 241)",
            "950": "oklch(29.3% .066 243.157)",
        }
    },
}
