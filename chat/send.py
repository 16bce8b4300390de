"""Sending a message: from the session's queue to the stored exchange."""

import asyncio
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from chat.compaction import Compaction, Memory, compact_if_due, transcript_of
from chat.context import PromptParts, chat_prompt
from chat.conversation import Conversation, join_queue, load_when_first
from chat.engines import ChatPrompt, EngineResult, ToolMode, direct
from chat.errors import ResponseGenerationFailed
from chat.exchanges import Exchange, store_exchange
from chat.requests import SendMessage
from chat.tickets import return_ticket
from chat.visits import Visit
from learning.outline import BLUEPRINT_LABEL
from materials.retrieval import MaterialContext, material_context
from stemcore.deadline import Deadline
from stemcore.providers import Call, ProviderError
from stemcore.text import estimate_tokens

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 0.25
TIMED_OUT = "The answer timed out."


@dataclass(frozen=True)
class Sending:
    """A message on its way, and until when its answer is wanted."""

    session_id: UUID
    message: str
    max_tokens: int
    deadline: Deadline
    tool_mode: ToolMode = "off"
    tool_catalog: tuple[str, ...] = ()

    @classmethod
    def of(cls, body: SendMessage) -> "Sending":
        return cls(
            session_id=body.session_id,
            message=body.message,
            max_tokens=body.max_tokens,
            deadline=Deadline.for_request(body.timeout_ms, settings.AI_REQUEST_TIMEOUT_MS),
            tool_mode=body.tool_mode,
            tool_catalog=body.tool_catalog,
        )


async def send_message(visit: Visit, sending: Sending) -> Exchange:
    """The stored exchange of a message and its answer.

    Raises ClassAccessRequired, SessionNotFound, SendSessionOwnerMismatch, SessionArchived,
    BlankField, BlueprintRequired and ResponseGenerationFailed; then nothing is stored.
    """
    ticket = uuid4()
    conversation = await _joined(visit, sending, ticket)
    try:
        if conversation is None:
            conversation = await _when_first(visit, sending, ticket)
        compaction = _compaction(conversation, sending.message)
        result = await _answer(visit, sending, conversation, compaction)
        return await store_exchange(conversation, sending.message, result, compaction, ticket)
    except BaseException:  # a cancelled send gives its ticket back as a failed one does
        await asyncio.shield(return_ticket(ticket))
        raise


async def _joined(visit: Visit, sending: Sending, ticket: UUID) -> Conversation | None:
    """The conversation, or None while earlier sends to the session are in work."""
    joining = asyncio.ensure_future(
        join_queue(visit, sending.session_id, sending.message, ticket, sending.deadline)
    )
    try:
        return await asyncio.shield(joining)
    except asyncio.CancelledError:
        # The unit runs on in its thread, and the ticket that it takes would hold up the session.
        await asyncio.wait([joining])
        if joining.exception() is None:
            await asyncio.shield(return_ticket(ticket))
        raise


async def _when_first(visit: Visit, sending: Sending, ticket: UUID) -> Conversation:
    """The conversation, once every earlier send to the session is done."""
    wait = FIRST_WAIT_S
    while not sending.deadline.expired:
        await asyncio.sleep(min(wait, sending.deadline.remaining()))
        conversation = await load_when_first(visit, sending.session_id, ticket)
        if conversation is not None:
            return conversation
        wait = min(2 * wait, LONGEST_WAIT_S)
    raise ResponseGenerationFailed(f"{TIMED_OUT} An earlier message was still in work.")


def _compaction(conversation: Conversation, message: str) -> Compaction | None:
    other_tokens = estimate_tokens(conversation.blueprint)
    return compact_if_due(
        conversation.turns, conversation.memory, message, other_tokens, timezone.now()
    )


async def _answer(
    visit: Visit, sending: Sending, conversation: Conversation, compaction: Compaction | None
) -> EngineResult:
    role = conversation.membership.role
    call = Call(
        purpose=f"{role}_chat_always_on_v1",
        deadline=sending.deadline,
        user_id=visit.user.id,
        class_id=visit.class_id,
        sandbox_id=conversation.membership.sandbox_id,
    )
    material = await material_context(visit.class_id, sending.message, call)
    memory = compaction.memory if compaction else conversation.memory
    prompt = _prompt(sending, conversation, memory, material)
    try:
        result = await direct.run(prompt, call)
    except ProviderError as error:
        raise ResponseGenerationFailed(error.message) from error
    if sending.deadline.expired:  # the caller has given up: what is stored now would surprise
        raise ResponseGenerationFailed(TIMED_OUT)
    return result


def _prompt(
    sending: Sending, conversation: Conversation, memory: Memory, material: MaterialContext
) -> ChatPrompt:
    parts = PromptParts(
        audience=conversation.membership.role,
        class_title=conversation.membership.class_title,
        message=sending.message,
        blueprint=conversation.blueprint,
        material=material.text,
        memory=memory.text,
        transcript=transcript_of(conversation.turns, memory),
    )
    return ChatPrompt(
        prompt=chat_prompt(parts),
        labels=(BLUEPRINT_LABEL, *material.labels),
        session_key=f"class-chat-{conversation.session_id}",
        max_tokens=sending.max_tokens,
        tool_mode=sending.tool_mode,
        tool_catalog=sending.tool_catalog,
    )
