"""One answer over a context that the caller assembled; nothing is loaded or stored."""

from dataclasses import replace

from chat import engines
from chat.budget import BLUEPRINT_TOKENS, MATERIAL_TOKENS
from chat.engines import EngineRequest, EngineResult, Grounding
from chat.engines.catalogue import in_force
from chat.errors import ChatFailed
from chat.lines import clip
from chat.requests import GenerateAnswer
from chat.visits import Visit
from classes.access import Membership
from stemcore.citations import blueprint_passage, passages_of
from stemcore.database import read
from stemcore.prompts import fenced_text
from stemcore.providers import ProviderError
from stemcore.text import cut_lines

PURPOSE_CHARS = 80


async def answer_once(visit: Visit, body: GenerateAnswer) -> EngineResult:
    """The grounded answer to a message. Raises ClassAccessRequired and ChatFailed."""
    deadline = body.deadline()
    membership = await _membership(visit)
    purpose = clip(body.purpose, PURPOSE_CHARS) or f"{membership.role}_chat_one_shot_v1"
    call = membership.call(purpose, deadline)
    try:
        return await engines.run(_engine_request(body, membership), body.orchestration_hints, call)
    except ProviderError as error:
        raise ChatFailed(error.message) from error


@read
def _membership(visit: Visit) -> Membership:
    return visit.enter()


def _engine_request(body: GenerateAnswer, membership: Membership) -> EngineRequest:
    # What the prompt has no room for was not given, so it cannot be cited.
    blueprint = cut_lines(fenced_text(body.blueprint_context), BLUEPRINT_TOKENS)
    material = cut_lines(fenced_text(body.material_context), MATERIAL_TOKENS)
    return EngineRequest(
        asker=replace(membership, class_title=body.class_title),
        message=body.user_message,
        grounding=Grounding(
            blueprint=blueprint,
            material=material,
            memory=body.compacted_memory_context,
            assignment=body.assignment_instructions,
            transcript=body.transcript,
            sources=(*blueprint_passage(blueprint), *passages_of(material)),
        ),
        session_key=body.session_id,
        max_tokens=body.max_tokens,
        tool_mode=body.tool_mode,
        tool_catalog=in_force(body.tool_catalog),
    )
