"""Chats in the console. What people wrote is shown to those alone who may read it, and logged."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from chat.memory.sessions import forget_memory
from chat.models import AuthorKind, ChatCompaction, ChatMessage, ChatSession
from chat.workspace.sessions import archive_as_staff
from classes.admin import person_link, with_names
from stemcore.console import columns, pages
from stemcore.console.actions import NothingDone, RowAction
from stemcore.console.base import ConsoleAdmin
from stemcore.console.filters import choices_filter
from stemcore.console.markup import link, list_url, row_link

READ_TEXT = "chat.read_message_text"


def _archive(row: ChatSession) -> str:
    if not archive_as_staff.sync(row.id):
        raise NothingDone("it is archived already")
    return "is archived"


def _forget_memory(row: ChatSession) -> str:
    if not forget_memory.sync(row.id):
        raise NothingDone("nothing was remembered")
    return "its memory of earlier messages is gone"


@admin.register(ChatSession)
class ChatSessionAdmin(columns.OfClass, ConsoleAdmin):
    last = columns.moment("last_message_at", "Last message")
    state = columns.archived(lambda row: row.archived_at is not None, "archived_at")

    list_display = ("title", "owner", "of_class", "messages", "last", "state")
    list_filter = (
        "is_pinned",
        ("archived_at", admin.EmptyFieldListFilter),
        ("sandbox_id", admin.EmptyFieldListFilter),
        "last_message_at",
    )
    search_fields = ("title", "classroom__title")
    search_help_text = "A title, a class's title, or the id of a session, class, owner or sandbox"
    id_fields = ("id", "classroom_id", "owner_user_id", "sandbox_id")
    ordering = ("-last_message_at",)
    fields = (
        ("title", "owner", "of_class"),
        ("created_at", "last_message_at", "archived_at"),
        ("messages", "calls", "sandbox"),
    )
    page_template: ClassVar[str | None] = "console/session.html"
    row_actions = (
        RowAction(
            _archive,
            description="Archive",
            ask="The chat leaves its owner's list. Its messages stay.",
            icon="archive",
        ),
        RowAction(
            _forget_memory,
            description="Forget chat memory",
            ask="What was condensed of earlier messages is removed; the messages stay.",
            icon="mop",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChatSession]:
        rows = with_names(super().get_queryset(request), "owner_user_id")
        number = columns.count_of(ChatMessage, "session")
        shown: QuerySet[ChatSession] = rows.annotate(message_count=number)
        return shown

    @display(description="Owner")
    def owner(self, row: Any) -> SafeString | str:
        return person_link(row.owner_user_id, row.person_name)

    @display(description="Messages")
    def messages(self, row: Any) -> SafeString:
        url = list_url("chat_chatmessage", session__id__exact=row.id)
        return link(url, row.message_count or 0)

    @display(description="AI calls")
    def calls(self, row: ChatSession) -> SafeString:
        filters = {"class_id": row.classroom_id, "user_id": row.owner_user_id}
        return link(list_url("stemcore_providercall", **filters), "calls of this person here")

    @display(description="Sandbox")
    def sandbox(self, row: ChatSession) -> SafeString | str:
        return row_link("stemcore_guestsandbox", row.sandbox_id)

    def page(self, request: HttpRequest, row: ChatSession) -> dict[str, Any]:
        if not request.user.has_perm(READ_TEXT):
            return {"closed": True}
        self.log_read(request, row, "Read the messages of this chat.")
        newest = ChatMessage.objects.filter(session=row).order_by("-created_at", "-id")
        return {
            "messages": [*newest[: pages.MANY]][::-1],
            "many": pages.MANY,
            "memory": ChatCompaction.objects.filter(session=row).first(),
        }


@admin.register(ChatMessage)
class ChatMessageAdmin(ConsoleAdmin):
    when = columns.moment("created_at", "When")
    latency = columns.latency()
    tokens = columns.tokens()

    list_display = ("when", "author_kind", "of_session", "model", "latency", "tokens")
    list_filter = (
        choices_filter("author_kind", *AuthorKind.values),
        choices_filter("safety", "ok", "refusal"),
        "created_at",
    )
    list_select_related = ("session",)
    search_fields = ("session__title",)
    search_help_text = "A session's title, or the id of a message, session, class or person"
    id_fields = ("id", "session_id", "classroom_id", "author_user_id")
    heavy = ("content", "citations")
    ordering = ("-created_at",)

    fields = (
        ("of_session", "author_kind", "created_at"),
        ("provider", "model", "latency", "safety"),
        ("tokens", "same_time"),
    )
    page_template: ClassVar[str | None] = "console/session.html"

    def page(self, request: HttpRequest, row: ChatMessage) -> dict[str, Any]:
        if not request.user.has_perm(READ_TEXT):
            return {"closed": True}
        self.log_read(request, row, "Read this message.")
        return {"messages": [ChatMessage.objects.get(pk=row.pk)], "many": pages.MANY}

    @display(description="Session", ordering="session__title")
    def of_session(self, row: ChatMessage) -> SafeString | str:
        return row_link("chat_chatsession", row.session_id, row.session.title)

    @display(description="AI calls")
    def same_time(self, row: ChatMessage) -> SafeString:
        filters = {"class_id": row.classroom_id, "created_at__lte": row.created_at.isoformat()}
        return link(list_url("stemcore_providercall", **filters), "calls of its class until then")
