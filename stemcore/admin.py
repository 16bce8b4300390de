"""Guests, the call log and the staff themselves in the console."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from stemcore.console import columns, dashboard  # noqa: F401  # the dashboard registers its panels
from stemcore.console.actions import NothingDone, RowAction
from stemcore.console.base import ConsoleAdmin
from stemcore.console.filters import choices_filter
from stemcore.console.markup import (
    NOTHING,
    lines,
    link,
    list_link,
    meter,
    row_link,
    short,
    tag,
    token_flow,
)
from stemcore.console.prices import cost_text
from stemcore.console.roles import MEANINGS
from stemcore.console.second_factor import devices
from stemcore.guests import overview
from stemcore.guests.quotas import COUNTERS
from stemcore.models import (
    GuestAdmission,
    GuestSandbox,
    GuestSessionQuota,
    ProviderCall,
    ProviderCallDay,
)

admin.site.unregister(Group)
admin.site.unregister(get_user_model())
# Keys of the staff's second factors are nobody's to see.
admin.site.unregister(TOTPDevice)
admin.site.unregister(StaticDevice)


def _use(feature: str) -> Any:
    """A column of a sandbox's use of a feature, as a bar."""

    @display(description=feature.capitalize(), ordering=COUNTERS[feature])
    def column(row: GuestSandbox) -> SafeString:
        return meter(getattr(row, COUNTERS[feature]), settings.GUEST_LIMITS[feature], feature)

    return column


def _reset_usage(row: GuestSandbox) -> str:
    if not overview.reset_usage.sync(row.id):
        raise NothingDone("the sandbox is not active")
    return "has used nothing any more"


def _expire(row: GuestSandbox) -> str:
    if not overview.expire.sync(row.id):
        raise NothingDone("the sandbox is not active")
    return "has ended"


def _reconcile(_row: GuestSessionQuota) -> str:
    changes = overview.reconcile()
    if not changes:
        raise NothingDone("everything was right already")
    return "; ".join(f"{change.what}: {change.before} → {change.after}" for change in changes)


@admin.register(GuestSandbox)
class GuestSandboxAdmin(ConsoleAdmin):
    expiry = columns.moment("expires_at", "Expires")
    state = columns.state()

    uses = tuple(_use(feature) for feature in COUNTERS)
    list_display = (
        "guest",
        "state",
        "of_class",
        *uses,
        "in_flight",
        "expiry",
    )
    list_filter = (
        choices_filter("status", "active", "expired", "discarded"),
        choices_filter("guest_role", "teacher", "student"),
        "expires_at",
    )
    fields = (
        ("id", "user_id"),
        ("state", "plays"),
        ("of_class", "calls"),
        *uses,
        "in_flight",
        ("created_at", "last_seen_at", "expiry"),
    )
    readonly_fields = uses
    search_fields = ("status",)
    search_help_text = "The id of a sandbox, a guest or a class"
    id_fields = ("id", "user_id", "class_id")
    ordering = ("-last_seen_at",)
    row_actions = (
        RowAction(
            _reset_usage,
            description="Reset usage",
            ask="Every feature may be used anew, up to its limit.",
            icon="restart_alt",
        ),
        RowAction(
            _expire,
            description="Expire",
            ask="The session ends now; what its guest does next is refused.",
            icon="event_busy",
        ),
    )

    @display(description="Sandbox", ordering="id")
    def guest(self, row: GuestSandbox) -> str:
        return short(row.id)

    @display(description="Plays", ordering="guest_role")
    def plays(self, row: GuestSandbox) -> str:
        return row.guest_role

    @display(description="In flight", ordering="active_ai_requests")
    def in_flight(self, row: GuestSandbox) -> int:
        return row.active_ai_requests

    @display(description="Class", ordering="class_id")
    def of_class(self, row: GuestSandbox) -> SafeString | str:
        return row_link("classes_classroom", row.class_id)

    @display(description="Calls")
    def calls(self, row: GuestSandbox) -> SafeString:
        return list_link("stemcore_providercall", "calls of this guest", sandbox_id=row.id)


@admin.register(GuestSessionQuota)
class GuestSessionQuotaAdmin(ConsoleAdmin):
    window = columns.moment("creation_window_started_at", "Creation window began")
    changed = columns.moment("updated_at", "Changed")

    list_display = (
        "scope",
        "in_flight",
        "active_sessions",
        "creation_count",
        "window",
        "changed",
    )
    fields = list_display
    row_actions = (
        RowAction(
            _reconcile,
            description="Reconcile counters",
            ask="What dead processes left is ended, and the counters are brought to the truth.",
            icon="balance",
        ),
    )

    @display(description="AI requests in flight")
    def in_flight(self, row: GuestSessionQuota) -> SafeString:
        return meter(row.active_requests, settings.GUEST_MAX_CONCURRENT_AI_REQUESTS, "in flight")


@admin.register(GuestAdmission)
class GuestAdmissionAdmin(ConsoleAdmin):
    since = columns.moment("created_at", "Since")
    expiry = columns.moment("expires_at", "Ends by itself")

    holds_slot = columns.yes("active", "Holds a slot")
    is_owed = columns.yes("owed", "Still to be counted")

    list_display = ("since", "of_sandbox", "feature", "holds_slot", "is_owed", "expiry")
    list_filter = ("active", "owed", choices_filter("feature", *COUNTERS))
    fields = (
        ("of_sandbox", "feature"),
        ("holds_slot", "is_owed"),
        ("created_at", "expires_at"),
    )
    search_fields = ("feature",)
    search_help_text = "A feature, or the id of a sandbox"
    id_fields = ("sandbox_id",)

    @display(description="Sandbox", ordering="sandbox_id")
    def of_sandbox(self, row: GuestAdmission) -> SafeString | str:
        return row_link("stemcore_guestsandbox", row.sandbox_id)


@admin.register(ProviderCall)
class ProviderCallAdmin(ConsoleAdmin):
    when = columns.moment("created_at", "When")
    latency = columns.latency()
    tokens = columns.tokens()

    list_display = (
        "when",
        "outcome",
        "purpose",
        "provider",
        "model",
        "latency",
        "tokens",
        "cost",
        "of_request",
        "of_class",
    )
    list_filter = (
        choices_filter("status", "ok", "failed", "cancelled"),
        choices_filter("provider", *settings.PROVIDER_NAMES, "offline"),
        choices_filter("kind", "generation", "embedding"),
        "created_at",
    )
    fields = (
        ("created_at", "outcome", "error_kind", "http_status"),
        ("provider", "model", "attempt", "kind"),
        ("purpose", "latency"),
        ("tokens", "cost"),
        ("of_request", "of_class", "of_sandbox", "of_user"),
        "findings",
    )
    search_fields = ("=request_id",)
    search_help_text = "The id of a request, a user, a class or a sandbox"
    id_fields = ("user_id", "class_id", "sandbox_id")
    ordering = ("-created_at",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if search_term:  # ids of requests are texts, but most look like ids of rows
            found = found | queryset.filter(request_id=search_term.strip())
        return found, duplicates

    @display(description="Status", ordering="status")
    def outcome(self, row: ProviderCall) -> SafeString:
        return tag(row.status, f"{row.status}: {row.error_kind}" if row.error_kind else "")

    @display(description="Cost")
    def cost(self, row: ProviderCall) -> str:
        return cost_text(row.model, row.prompt_tokens, row.completion_tokens)

    @display(description="Request", ordering="request_id")
    def of_request(self, row: ProviderCall) -> SafeString | str:
        if not row.request_id:
            return NOTHING
        return list_link("stemcore_providercall", short(row.request_id), request_id=row.request_id)

    @display(description="Class", ordering="class_id")
    def of_class(self, row: ProviderCall) -> SafeString | str:
        return row_link("classes_classroom", row.class_id)

    @display(description="Sandbox", ordering="sandbox_id")
    def of_sandbox(self, row: ProviderCall) -> SafeString | str:
        return row_link("stemcore_guestsandbox", row.sandbox_id)

    @display(description="User", ordering="user_id")
    def of_user(self, row: ProviderCall) -> SafeString | str:
        if row.user_id is None:
            return NOTHING
        return list_link("stemcore_providercall", short(row.user_id), user_id=row.user_id)


@admin.register(ProviderCallDay)
class ProviderCallDayAdmin(ConsoleAdmin):
    """What is kept of the call log for ever."""

    list_display = ("day", "provider", "model", "purpose", "status", "error_kind", "calls", "cost")
    list_filter = (
        choices_filter("status", "ok", "failed", "cancelled"),
        choices_filter("provider", *settings.PROVIDER_NAMES, "offline"),
        "day",
    )
    fields = (
        ("day", "status", "error_kind"),
        ("provider", "model", "purpose"),
        ("calls", "tokens", "cost"),
    )
    search_fields = ("purpose", "model")
    search_help_text = "A purpose or a model"
    ordering = ("-day", "-calls")

    @display(description="Tokens in → out")
    def tokens(self, row: ProviderCallDay) -> str:
        return token_flow(
            row.prompt_tokens, row.completion_tokens, row.prompt_tokens + row.completion_tokens
        )

    @display(description="Cost")
    def cost(self, row: ProviderCallDay) -> str:
        return cost_text(row.model, row.prompt_tokens, row.completion_tokens)


@admin.register(LogEntry)
class LogEntryAdmin(ConsoleAdmin):
    """What the staff did and opened."""

    when = columns.moment("action_time", "When")

    list_display = ("when", "user", "kind", "of_row", "said")
    list_select_related = ("user", "content_type")
    list_filter = ("action_time",)
    fields = (("action_time", "user"), ("kind", "of_row"), "said")
    search_fields = ("=object_id", "user__username", "change_message")
    search_help_text = "A name of the staff, the id of a row, or words of what was done"
    id_fields = ("object_id",)

    @display(description="Kind", ordering="content_type")
    def kind(self, row: LogEntry) -> str:
        return capfirst(row.content_type.name) if row.content_type else NOTHING

    @display(description="Row", ordering="object_repr")
    def of_row(self, row: LogEntry) -> SafeString | str:
        url = row.get_admin_url() if row.object_id else None
        return link(url, row.object_repr) if url else row.object_repr

    @display(description="What was done")
    def said(self, row: LogEntry) -> str:
        return row.get_change_message() or row.get_action_flag_display()


@admin.register(get_user_model())
class StaffAdmin(UserAdmin, ModelAdmin):
    """Accounts of the staff; people of the platform are under "People".

    `manage.py staff` makes them. Rights come by roles alone, and an account is switched off, not
    removed, for what it did stays in the log.
    """

    form = UserChangeForm
    change_password_form = AdminPasswordChangeForm
    may_log_in = columns.yes("is_active", "May log in")
    may_all = columns.yes("is_superuser", "Superuser")
    has_second_factor = columns.yes("with_second_factor", "Second factor")
    seen = columns.moment("last_login", "Last login")

    list_display = ("username", "roles", "may_log_in", "may_all", "has_second_factor", "seen")
    list_filter = ("is_active", "is_superuser", "groups")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    formfield_overrides: ClassVar[Any] = {
        ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget}
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).prefetch_related("groups")
        marked: QuerySet[Any] = rows.annotate(with_second_factor=devices.HAS_ONE)
        return marked

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="Roles")
    def roles(self, row: Any) -> str:
        return ", ".join(group.name for group in row.groups.all()) or NOTHING


@admin.register(Group)
class RoleAdmin(ConsoleAdmin):
    """What the members of a role may do, as `stemcore.console.roles` says."""

    list_display = ("name", "meaning")
    fields = ("name", "meaning", "rights")
    search_fields = ("name",)
    id_fields = ()

    @display(description="What its members do")
    def meaning(self, row: Group) -> str:
        return MEANINGS.get(row.name, NOTHING)

    @display(description="May")
    def rights(self, row: Group) -> SafeString | str:
        return lines(right.name for right in row.permissions.select_related("content_type"))
