"""What the requests of the chat may carry."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from pydantic import AfterValidator, Field

from chat.budget import ANSWER_TOKENS
from stemcore.answers import CaseFolded
from stemcore.api.body import (
    Body,
    ClassBody,
    Part,
    Text,
    TimeoutMs,
    Upto100,
    Upto1000,
    Whole,
)
from stemcore.deadline import Deadline
from stemcore.prompts import trimmed

ToolName = Annotated[str, Field(max_length=200)]

MESSAGE_CHARS = 32_000
"""Longest message, in code points as Postgres counts: never more than the UTF-16 units by which
browsers count."""


def _of_fit_length(message: str) -> str:
    if len(message) > MESSAGE_CHARS:
        raise ValueError(f"must have at most {MESSAGE_CHARS} characters")
    return message


Message = Annotated[str, AfterValidator(trimmed), AfterValidator(_of_fit_length)]


class ListSessions(ClassBody):
    owner_user_id: UUID | None = None


class CreateSession(ClassBody):
    title: str = ""


class RenameSession(ClassBody):
    session_id: UUID
    title: str


class ArchiveSession(ClassBody):
    session_id: UUID


class ListMessages(ClassBody):
    session_id: UUID
    owner_user_id: UUID | None = None
    before_cursor: str | None = None
    limit: Annotated[Whole, Field(ge=1, le=200)] = 120


class Answering(ClassBody):
    """What the routes carry that answer a message."""

    timeout_ms: TimeoutMs | None = None
    max_tokens: Annotated[Whole, Field(ge=1, le=16_000)] = ANSWER_TOKENS
    tool_mode: Literal["off", "plan", "auto"] = "off"
    tool_catalog: Upto100[ToolName] | None = None
    orchestration_hints: dict[str, Any] = {}

    def deadline(self) -> Deadline:
        """The deadline of the answer, when nothing was waited for as yet."""
        return Deadline.for_request(self.timeout_ms, settings.AI_REQUEST_TIMEOUT_MS)


class SendMessage(Answering):
    """`message` is what is stored: without the space around it, empty when nothing is visible."""

    session_id: UUID
    message: Message


class TranscriptTurn(Part):
    """A line of a transcript; its time is the caller's, only the order counts."""

    author: Annotated[Literal["student", "teacher", "assistant"], Field(alias="role")]
    text: Annotated[str, Field(alias="message")] = ""


class GenerateAnswer(Answering):
    class_title: Text
    user_message: Text
    transcript: Upto1000[TranscriptTurn] = ()
    blueprint_context: str = ""
    material_context: str = ""
    compacted_memory_context: str = ""
    assignment_instructions: str = ""
    purpose: str = ""
    session_id: str | None = None


class Picture(Part):
    """The picture that an answer's hint asks for; hints that name nothing are drawn, too."""

    type: Annotated[Literal["chart", "diagram", "wave", "vector"], CaseFolded]
    concept: Annotated[str, Field(max_length=200)] = ""
    title: Annotated[str, Field(max_length=200)] = ""


class WantedCanvas(Part):
    """The picture that an answer hinted at."""

    type: Annotated[Literal["chart", "diagram", "wave", "vector"], CaseFolded]
    concept: Annotated[str, Field(max_length=200)] = ""
    title: Annotated[str, Field(max_length=200)] = ""


class Canvas(Body):
    """The body of the canvas route; the class is named, but nothing of it is read."""

    class_id: UUID
    canvas_hint: Picture
    student_question: Annotated[str, Field(max_length=500)] = ""
    ai_answer: Annotated[str, Field(max_length=2000)] = ""
