"""The graph engine behind `messages/send`: its tools, and what is stored."""

from typing import Any

import pytest

from chat.models import ChatMessage, ChatSession
from tests import factories
from tests.cast import Cast
from tests.chat.gates import number
from tests.chat.graphs import ALL_TOOLS, HINTS, said
from tests.chat.workspace import call
from tests.client import Api, data_of, error_of
from tests.provider_fixtures import Providers
from tests.stubs import steps

MESSAGE = "Why are leaves green? Remember that I learn best from pictures."
WISH = "Remember that I learn best from pictures."
LABEL = "Source 1 | Polarised light | page 9"
TOOLS = steps.calls(
    ("class_materials_search", {"query": "Brewster angle"}),
    ("memory_save", {"text": "learn best from pictures"}),
)


async def send(api: Api, cast: Cast, message: str = MESSAGE, **fields: Any) -> Any:
    given = {
        "session_id": str(cast.session.id),
        "message": message,
        "orchestration_hints": HINTS,
        "tool_mode": "auto",
        "tool_catalog": ALL_TOOLS,
        **fields,
    }
    return await call(api, "messages/send", cast.student, cast.classroom, **given)


def messages(session: ChatSession) -> list[ChatMessage]:
    return factories.rows(ChatMessage, session=session, order="created_at")


@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
async def test_what_tools_find_is_cited_and_stored(
    api: Api, cast: Cast, providers: Providers, name: str
) -> None:
    providers.configure(name)
    optics = factories.material(cast.classroom, title="Polarised light")
    # Only its words lead to it, and the message has none of them.
    factories.chunk(optics, "The Brewster angle of glass is 56°.", source_index=9, embedding=None)
    providers.script(TOOLS, said("At 56°.", LABEL))
    data = data_of(await send(api, cast))
    assert set(data) == {"response", "user_message", "assistant_message", "context_meta"}
    citation = {"sourceLabel": LABEL, "rationale": "Says so."}
    assert data["response"] == {"answer": "At 56°.", "safety": "ok", "citations": [citation]}
    first, second = providers.prompts
    assert "Brewster" not in first.user
    assert "The Brewster angle of glass is 56°." in str(second.body)
    question, reply = messages(cast.session)
    assert (question.content, reply.content) == (MESSAGE, "At 56°.")
    assert reply.provider == name
    assert (reply.prompt_tokens, reply.completion_tokens, reply.total_tokens) == (22, 14, 36)
    assert reply.citations == [{"sourceLabel": LABEL, "snippet": "Says so."}]
    listed = data_of(
        await call(
            api, "messages/list", cast.student, cast.classroom, session_id=str(cast.session.id)
        )
    )
    assert listed["messages"] == [data["user_message"], data["assistant_message"]]


async def test_a_later_send_recalls_what_the_session_saved(
    api: Api, cast: Cast, providers: Providers
) -> None:
    providers.script(TOOLS, said("Noted.", None))
    data_of(await send(api, cast))
    providers.always(said("Hm.", None))
    other = factories.chat_session(cast.classroom, cast.student)
    for session, is_recalled in ((cast.session, True), (other, False)):
        data_of(await send(api, cast, "And now?", session_id=str(session.id)))
        notes = providers.prompts[-1].user.partition("asked to have remembered:")[2]
        assert (WISH in notes.partition("The conversation so far")[0]) is is_recalled
        assert WISH not in providers.prompts[-1].system


async def test_a_plan_runs_nothing_and_is_answered(
    api: Api, cast: Cast, providers: Providers
) -> None:
    providers.script(TOOLS, said("Noted.", None))
    assert data_of(await send(api, cast, tool_mode="plan"))["response"]["answer"] == "Noted."
    assert number("SELECT count(*) FROM stem.store") == 0


async def test_nothing_is_stored_when_both_engines_fail(
    api: Api, cast: Cast, providers: Providers
) -> None:
    search = steps.calls(("class_materials_search", {"query": "Brewster angle"}))
    providers.script(search)
    providers.always(steps.error(401))
    error_of(await send(api, cast), 502, "response_generation_failed")
    assert messages(cast.session) == []
    for table in ("memory_places", "checkpoints", "checkpoint_blobs", "store", "send_tickets"):
        assert number(f"SELECT count(*) FROM stem.{table}") == 0
