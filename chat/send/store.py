"""Storing an exchange: a message, its answer, and what follows from them, at once or not at all."""

from dataclasses import dataclass
from uuid import UUID

from chat import queries
from chat.answer import ChatAnswer
from chat.compaction import Compaction
from chat.engines import EngineResult
from chat.models import ChatMessage
from chat.responses import ExchangeData
from chat.rows import StoredCitation, message_row
from chat.send.answer import Answered
from chat.send.context import Conversation
from chat.send.queue import redeem_ticket
from stemcore.database import write
from stemcore.guests.settlement import settle_in_transaction
from stemcore.moments import iso


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
            "response": self.answer,
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

    Raises as `redeem_ticket` does, and GuestRateLimitUnavailable when the use cannot be counted.
    """
    redeem_ticket(conversation, ticket)
    result, compaction = answered.result, answered.compaction
    question, reply = _question(conversation, message), _reply(conversation, result)
    stored = queries.store_exchange(question, reply, _new_compaction(compaction))
    settle_in_transaction()
    return Exchange(result.answer, question, reply, compaction if stored else None)


def _question(conversation: Conversation, message: str) -> ChatMessage:
    membership = conversation.membership
    return ChatMessage(
        session_id=conversation.session_id,
        classroom_id=membership.class_id,
        author_user_id=membership.user_id,
        author_kind=membership.role,
        content=message,
        sandbox_id=membership.sandbox_id,
    )


def _reply(conversation: Conversation, result: EngineResult) -> ChatMessage:
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
        sandbox_id=membership.sandbox_id,
    )


def _stored_citations(answer: ChatAnswer) -> list[StoredCitation]:
    return [
        {"sourceLabel": one.source_label, "snippet": one.rationale}
        if one.rationale
        else {"sourceLabel": one.source_label}
        for one in answer.citations
    ]


def _new_compaction(compaction: Compaction | None) -> queries.NewCompaction | None:
    memory = compaction.memory if compaction else None
    if compaction is None or memory is None or memory.summary is None or memory.through is None:
        return None
    return queries.NewCompaction(
        before=compaction.before.through,
        through=memory.through,
        turn_count=memory.turn_count,
        text=memory.text,
        summary=memory.summary.as_json(),
        made_at=compaction.at,
    )
