"""Storing an exchange: a message, its answer, and what follows from them, at once or not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from chat.answer import ChatAnswer
from chat.compaction import Compaction
from chat.engines import EngineResult
from chat.models import ChatCompaction, ChatMessage, ChatSession
from chat.responses import ExchangeData
from chat.rows import StoredCitation, message_row
from chat.send.answer import Answered
from chat.send.context import Conversation, own_session, stored_memory
from chat.send.queue import redeem_ticket
from stemcore.database import write
from stemcore.guests.settlement import settle_in_transaction
from stemcore.moments import iso

STEP = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Exchange:
    """A stored exchange; `compaction` is the one that was stored with it."""

    answer: ChatAnswer
    question: ChatMessage
    reply: ChatMessage
    compaction: Compaction | None

    def as_data(self) -> ExchangeData:
        made = self.compaction
        return {
            "response": self.answer.model_dump(mode="json", by_alias=True, exclude_none=True),
            "user_message": message_row(self.question),
            "assistant_message": message_row(self.reply),
            "context_meta": {
                "compacted": made is not None,
                "compacted_at": iso(made.at) if made else None,
                "reason": made.reason if made else None,
            },
        }


@write
def store_exchange(
    conversation: Conversation, message: str, answered: Answered, ticket: UUID
) -> Exchange:
    """Stores both messages, the compaction and the session's time, gives the ticket back, and
    counts a guest's use: all or nothing.

    Raises SessionNotFound, SendSessionOwnerMismatch and SessionArchived when the session changed
    meanwhile, ResponseGenerationFailed when the ticket does not count any more, and
    GuestRateLimitUnavailable when the use cannot be counted.
    """
    membership = conversation.membership
    session = own_session(
        membership.class_id, membership.user_id, conversation.session_id, locked=True
    )
    redeem_ticket(ticket)
    result, compaction = answered.result, answered.compaction
    asked_at = _next_moment(session)
    question = _question(conversation, message, asked_at)
    reply = _reply(conversation, result, asked_at + STEP)
    ChatMessage.objects.bulk_create([question, reply])
    ChatSession.objects.filter(id=session.id).update(last_message_at=reply.created_at)
    stored = compaction if compaction and _store_compaction(conversation, compaction) else None
    settle_in_transaction()
    return Exchange(result.answer, question, reply, stored)


def _next_moment(session: ChatSession) -> datetime:
    """Now, or just after the newest stored message when clocks disagree."""
    newest = session.messages.aggregate(newest=Max("created_at"))["newest"]
    now = timezone.now()
    return now if newest is None else max(now, newest + STEP)


def _question(conversation: Conversation, message: str, created_at: datetime) -> ChatMessage:
    membership = conversation.membership
    return ChatMessage(
        session_id=conversation.session_id,
        classroom_id=membership.class_id,
        author_user_id=membership.user_id,
        author_kind=membership.role,
        content=message,
        created_at=created_at,
        sandbox_id=membership.sandbox_id,
    )


def _reply(conversation: Conversation, result: EngineResult, created_at: datetime) -> ChatMessage:
    membership, generation = conversation.membership, result.generation
    usage = generation.usage
    return ChatMessage(
        session_id=conversation.session_id,
        classroom_id=membership.class_id,
        author_kind="assistant",
        content=result.answer.answer,
        citations=_stored_citations(result.answer),
        safety=result.answer.safety,
        provider=generation.provider,
        model=generation.model,
        prompt_tokens=usage.prompt_tokens if usage else None,
        completion_tokens=usage.completion_tokens if usage else None,
        total_tokens=usage.total_tokens if usage else None,
        latency_ms=generation.latency_ms,
        created_at=created_at,
        sandbox_id=membership.sandbox_id,
    )


def _stored_citations(answer: ChatAnswer) -> list[StoredCitation]:
    return [
        {"sourceLabel": one.source_label, "snippet": one.rationale}
        if one.rationale
        else {"sourceLabel": one.source_label}
        for one in answer.citations
    ]


def _store_compaction(conversation: Conversation, compaction: Compaction) -> bool:
    """Whether it was stored: not when another send, meanwhile, compacted the same turns."""
    if stored_memory(conversation.session_id).through != compaction.before.through:
        return False
    membership, memory = conversation.membership, compaction.memory
    if memory.summary is None or memory.through is None:
        return False
    ChatCompaction.objects.update_or_create(
        session_id=conversation.session_id,
        defaults={
            "classroom_id": membership.class_id,
            "owner_user_id": membership.user_id,
            "summary_text": memory.text,
            "summary_json": memory.summary.as_json(),
            "compacted_through_created_at": memory.through[0],
            "compacted_through_message_id": memory.through[1],
            "compacted_turn_count": memory.turn_count,
            "last_compacted_at": compaction.at,
            "sandbox_id": membership.sandbox_id,
        },
    )
    return True
