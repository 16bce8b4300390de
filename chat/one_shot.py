"""One answer over a context that the caller assembled; nothing is loaded or stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from chat.budget import ANSWER_TOKENS
from chat.context import PromptParts, Said, chat_prompt
from chat.engines import ChatPrompt, EngineResult, ToolMode, direct
from chat.errors import ChatFailed
from chat.lines import clip
from chat.requests import GenerateAnswer
from chat.visits import Visit
from classes.access import Membership
from learning.labels import source_labels
from learning.outline import BLUEPRINT_LABEL
from stemcore.database import read
from stemcore.deadline import Deadline
from stemcore.prompts import fenced_text
from stemcore.providers import Call, ProviderError

PURPOSE_CHARS = 80


@dataclass(frozen=True)
class Asking:
    """A message with all that it is answered from; the transcript is oldest first."""

    class_title: str
    message: str
    deadline: Deadline
    transcript: Sequence[Said] = ()
    blueprint: str = ""
    material: str = ""
    memory: str = ""
    assignment: str = ""
    purpose: str = ""
    session_key: str | None = None
    max_tokens: int = ANSWER_TOKENS
    tool_mode: ToolMode = "off"
    tool_catalog: tuple[str, ...] = ()

    @classmethod
    def of(cls, body: GenerateAnswer) -> "Asking":
        return cls(
            class_title=body.class_title,
            message=body.user_message,
            deadline=Deadline.for_request(body.timeout_ms, settings.AI_REQUEST_TIMEOUT_MS),
            transcript=body.transcript,
            blueprint=body.blueprint_context,
            material=body.material_context,
            memory=body.compacted_memory_context,
            assignment=body.assignment_instructions,
            purpose=clip(body.purpose, PURPOSE_CHARS),
            session_key=body.session_id,
            max_tokens=body.max_tokens,
            tool_mode=body.tool_mode,
            tool_catalog=body.tool_catalog,
        )


async def answer_once(visit: Visit, asking: Asking) -> EngineResult:
    """The grounded answer to a message. Raises ClassAccessRequired and ChatFailed."""
    membership = await _membership(visit)
    call = Call(
        purpose=asking.purpose or f"{membership.role}_chat_one_shot_v1",
        deadline=asking.deadline,
        user_id=visit.user.id,
        class_id=visit.class_id,
        sandbox_id=membership.sandbox_id,
    )
    try:
        return await direct.run(_prompt(asking, membership), call)
    except ProviderError as error:
        raise ChatFailed(error.message) from error


@read
def _membership(visit: Visit) -> Membership:
    return visit.enter()


def _prompt(asking: Asking, membership: Membership) -> ChatPrompt:
    material = fenced_text(asking.material)
    parts = PromptParts(
        audience=membership.role,
        class_title=asking.class_title,
        message=asking.message,
        blueprint=asking.blueprint,
        material=material,
        memory=asking.memory,
        assignment=asking.assignment,
        transcript=asking.transcript,
    )
    return ChatPrompt(
        prompt=chat_prompt(parts),
        labels=_labels(asking.blueprint, material),
        session_key=asking.session_key,
        max_tokens=asking.max_tokens,
        tool_mode=asking.tool_mode,
        tool_catalog=asking.tool_catalog,
    )


def _labels(blueprint: str, material: str) -> tuple[str, ...]:
    return (*((BLUEPRINT_LABEL,) if blueprint.strip() else ()), *source_labels(material))
