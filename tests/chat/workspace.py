"""The chat workspace's routes, as the web app calls them."""

import json
from typing import Any

import httpx

from classes.models import Classroom
from stemcore.supabase.tokens import PlatformUser
from tests.client import Api
from tests.stubs.steps import Step, answer

PREFIX = "/v1/chat/workspace/"
SESSION_KEYS = {
    "id",
    "class_id",
    "owner_user_id",
    "title",
    "is_pinned",
    "archived_at",
    "last_message_at",
    "created_at",
    "updated_at",
}
MESSAGE_KEYS = {
    "id",
    "session_id",
    "class_id",
    "author_user_id",
    "author_kind",
    "content",
    "citations",
    "safety",
    "provider",
    "model",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "latency_ms",
    "created_at",
}


async def call(
    api: Api, route: str, user: PlatformUser, classroom: Classroom, **fields: Any
) -> httpx.Response:
    """Calls a route of the workspace as that user of that class."""
    body = {"class_id": str(classroom.id), "user_id": str(user.id), **fields}
    return await api.post(PREFIX + route, body, user=user)


def chat_answer(text: str = "Light becomes sugar.", **fields: Any) -> Step:
    """A provider's answer in the shape that the chat asks for."""
    return answer(json.dumps({"answer": text, "safety": "ok", "citations": [], **fields}))
