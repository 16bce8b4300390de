"""Answering a message from its conversation and the class's material."""

from dataclasses import dataclass

from chat import engines
from chat.compaction import Compaction, transcript_of
from chat.engines import EngineRequest, EngineResult, Grounding
from chat.engines.catalogue import in_force
from chat.errors import ResponseGenerationFailed
from chat.requests import SendMessage
from chat.send.backlog import compact_if_due
from chat.send.context import Conversation
from materials.retrieval import MaterialContext, material_context_of
from stemcore.citations import blueprint_passage
from stemcore.deadline import Deadline
from stemcore.providers import Call, ProviderError


@dataclass(frozen=True)
class Answered:
    """What an engine made of a message, and the compaction that was due before it."""

    result: EngineResult
    compaction: Compaction | None


async def answer_message(
    body: SendMessage, conversation: Conversation, deadline: Deadline
) -> Answered:
    """The grounded answer to a message. Raises ResponseGenerationFailed."""
    call = _call(conversation, deadline)
    compaction = await compact_if_due(conversation, body.message)
    material = await material_context_of(
        conversation.membership.class_id, conversation.embedding_provider, body.message, call
    )
    request = _engine_request(body, conversation, compaction, material)
    try:
        result = await engines.run(request, body.orchestration_hints, call)
    except ProviderError as error:
        raise ResponseGenerationFailed(error.message) from error
    return Answered(result, compaction)


def _call(conversation: Conversation, deadline: Deadline) -> Call:
    membership = conversation.membership
    return membership.call(f"{membership.role}_chat_always_on_v1", deadline)


def _engine_request(
    body: SendMessage,
    conversation: Conversation,
    compaction: Compaction | None,
    material: MaterialContext,
) -> EngineRequest:
    memory = compaction.memory if compaction else conversation.memory
    return EngineRequest(
        asker=conversation.membership,
        message=body.message,
        grounding=Grounding(
            blueprint=conversation.blueprint,
            material=material.text,
            memory=memory.text,
            transcript=transcript_of(conversation.turns, memory),
            sources=(*blueprint_passage(conversation.blueprint), *material.passages),
        ),
        session_key=f"class-chat-{conversation.session_id}",
        max_tokens=body.max_tokens,
        tool_mode=body.tool_mode,
        tool_catalog=in_force(body.tool_catalog),
    )
