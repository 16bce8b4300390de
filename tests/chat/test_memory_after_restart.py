"""What one process was asked to remember, the next one recalls, and for nobody else."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import repeat
from typing import Any, NamedTuple

import httpx
import pytest

from classes.models import Classroom
from stemcore.embedded.server import ServerHandle
from stemcore.supabase.tokens import PlatformUser
from tests import factories
from tests.cast import Cast
from tests.chat.graphs import HINTS, said
from tests.client import Api, data_of
from tests.content_routes import CHAT
from tests.database import Superuser
from tests.provider_fixtures import Providers
from tests.service import service
from tests.stubs import steps
from tests.stubs.wire import FENCE

SESSIONS = [
    *(None, "", " ", "None", "null", "a", "a.b", "a.b.", "A.B", "a_b", "A_B", "AxB", "A%B", "a,b"),
    *("ａ.b", "а.b", "a\u200b.b", "a\u0301", "á", "{a}", 'a", "b', "notes", "%", "\\"),
    *("s" * 199, "s" * 200, "s" * 201, "s" * 199 + "S", "*", "a/b", "a\nb"),
]
SECRET = re.compile(r"zebra\d+x")


class Asker(NamedTuple):
    """Who asks, in which class, for what, in which session."""

    user: PlatformUser
    classroom: Classroom
    purpose: str
    session: str | None

    async def ask(self, api: Api, message: str) -> str:
        """The answer of the model in the graph engine."""
        body = {
            **CHAT.fields,
            "class_id": str(self.classroom.id),
            "user_id": str(self.user.id),
            "purpose": self.purpose,
            "session_id": self.session,
            "user_message": message,
            "tool_mode": "auto",
            "orchestration_hints": HINTS,
        }
        data = data_of(await api.post(CHAT.path, body, user=self.user))
        assert data["orchestration"]["engine"] == "langgraph_v1"
        return str(data["payload"]["answer"])


def prying(request: Any) -> steps.Step:
    """Saves what a message asks to remember; else searches for all and tells all it was given."""
    message = FENCE.sub("", request.user.rpartition("The message to answer now:")[2]).strip()
    results = [one["content"] for one in request.body["messages"] if one["role"] == "tool"]
    if message.startswith("Remember"):
        return said("Noted.", None) if results else steps.calls(("memory_save", {"text": message}))
    if not results:
        queries = ["everything", "zebra key", "notes.%", "*", ""]
        return steps.calls(*(("memory_search", {"query": query}) for query in queries))
    return said(FENCE.sub("", "\n".join([request.user, *results])), None)


@asynccontextmanager
async def process(
    server: ServerHandle, database: Superuser, providers: Providers
) -> AsyncIterator[Api]:
    """A server process that dies without a word in the end."""
    base_url = providers.openai.base_url
    with service(server, database.info.dbname, {"OPENAI_BASE_URL": base_url}) as running:
        async with httpx.AsyncClient(base_url=running.url, timeout=120, trust_env=False) as client:
            yield Api(client)
        running.process.kill()


@pytest.fixture
def askers(cast: Cast) -> list[Asker]:
    factories.enrollment(cast.other_classroom, cast.student)
    return [
        *(Asker(cast.student, cast.classroom, "p", session) for session in SESSIONS),
        *(Asker(cast.student, cast.classroom, other, "a.b") for other in ("", "P", "p.a", "p_")),
        Asker(cast.classmate, cast.classroom, "p", "a.b"),
        Asker(cast.teacher, cast.classroom, "p", "a.b"),
        Asker(cast.student, cast.other_classroom, "p", "a.b"),
    ]


@pytest.mark.proof
async def test_each_recalls_its_own_after_the_process_was_killed(
    cast: Cast,
    askers: list[Asker],
    database_server: ServerHandle,
    database: Superuser,
    providers: Providers,
) -> None:
    providers.always(prying)
    keepers, others = askers[::2], askers[1::2]
    async with process(database_server, database, providers) as api:
        wishes = (f"Remember that my key is zebra{number}x." for number in range(len(keepers)))
        await asyncio.gather(*map(Asker.ask, keepers, repeat(api), wishes))
    async with process(database_server, database, providers) as api:
        recalled = await asyncio.gather(*(one.ask(api, "What is my key?") for one in keepers))
        nothing = await asyncio.gather(*(one.ask(api, "What is my key?") for one in others))
    found = [set(SECRET.findall(answer)) for answer in recalled]
    assert found == [{f"zebra{number}x"} for number in range(len(keepers))]
    assert [SECRET.findall(answer) for answer in nothing] == [[] for _ in others]
