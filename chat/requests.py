"""What the requests of the chat may carry."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from pydantic import AfterValidator, Field

from chat.budget import ANSWER_TOKENS
from stemcore.answers import CaseFolded
from stemcore.api.body import (
    SEEN,
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
from stemcore.embedded.demo.people import CLASS_ID, OLD_SESSION_ID, SESSION_ID, STUDENT_ID
from stemcore.prompts import trimmed

ToolName = Annotated[str, Field(max_length=200)]

MESSAGE_CHARS = 32_000
"""Longest message, in code points as Postgres counts: never more than the UTF-16 units by which
browsers count."""


def _of_fit_length(message: str) -> str:
    if len(message) > MESSAGE_CHARS:
        raise ValueError(f"must have at most {MESSAGE_CHARS} characters")
    return message


# Both are looked at after trimming; these are what a caller is told.
_Seen = Field(json_schema_extra=SEEN)
_Told = Field(json_schema_extra={**SEEN, "maxLength": MESSAGE_CHARS})
Message = Annotated[str, AfterValidator(trimmed), AfterValidator(_of_fit_length), _Told]

STUDENT = {"class_id": CLASS_ID, "user_id": STUDENT_ID}
EXAMPLE_CONTEXT = (
    "Source 1 | Photosynthesis | page 2\n"
    "The oxygen-evolving complex splits water. It holds four manganese atoms and one calcium atom."
)


class ListSessions(ClassBody):
    """Whose sessions are listed."""

    examples = {"A student's own": STUDENT}

    owner_user_id: UUID | None = None
    """Whose sessions, for teachers; absent: one's own."""


class CreateSession(ClassBody):
    """A new session."""

    examples = {"With a title": {**STUDENT, "title": "Enzymes"}}

    title: str = ""
    """Its title, cut at 120 characters; absent: `New chat`."""


class RenameSession(ClassBody):
    """A new title for a session."""

    examples = {
        "The demo's session": {**STUDENT, "session_id": SESSION_ID, "title": "Light and energy"}
    }

    session_id: UUID
    """The session, one's own."""
    title: Annotated[str, _Seen]
    """The new title, cut at 120 characters."""


class ArchiveSession(ClassBody):
    """A session to be put away."""

    examples = {"An old session": {**STUDENT, "session_id": OLD_SESSION_ID}}

    session_id: UUID
    """The session, one's own."""


class ListMessages(ClassBody):
    """A page of a session's messages."""

    examples = {"The newest": {**STUDENT, "session_id": SESSION_ID, "limit": 20}}

    session_id: UUID
    """The session."""
    owner_user_id: UUID | None = None
    """Whose session it is, for teachers; absent: one's own."""
    before_cursor: str | None = None
    """The `page_info.next_cursor` of the page after this one; absent: the newest messages."""
    limit: Annotated[Whole, Field(ge=1, le=200)] = 120
    """How many messages at most."""


class Answering(ClassBody):
    """What the routes carry that answer a message."""

    timeout_ms: TimeoutMs | None = None
    """Milliseconds until the caller gives up; zero and below count as absent."""
    max_tokens: Annotated[Whole, Field(ge=1, le=16_000)] = ANSWER_TOKENS
    """How long the answer may be."""
    tool_mode: Literal["off", "plan", "auto"] = "off"
    """With the engine `langgraph_v1`: may the model call tools, or only say which."""
    tool_catalog: Upto100[ToolName] | None = None
    """Names of the tools that may be called; absent: all there are, empty: none."""
    orchestration_hints: dict[str, Any] = {}
    """`{"engine": "langgraph_v1"}` answers by a graph that may call tools; else directly."""

    def deadline(self) -> Deadline:
        """The deadline of the answer, when nothing was waited for as yet."""
        return Deadline.for_request(self.timeout_ms, settings.AI_REQUEST_TIMEOUT_MS)


class SendMessage(Answering):
    """A message to be answered.

    `message` is what is stored: without the space around it, empty when nothing is visible.
    """

    examples = {
        "A question about the materials": {
            **STUDENT,
            "session_id": SESSION_ID,
            "message": "Which metal atoms does the oxygen-evolving complex hold?",
        },
        "With tools": {
            **STUDENT,
            "session_id": SESSION_ID,
            "message": "Where does the Calvin cycle happen?",
            "tool_mode": "auto",
            "orchestration_hints": {"engine": "langgraph_v1"},
        },
    }

    session_id: UUID
    """The session, one's own."""
    message: Message
    """What is asked; stored without the space around it."""


class TranscriptTurn(Part):
    """A line of a transcript; its time is the caller's, only the order counts."""

    author: Annotated[Literal["student", "teacher", "assistant"], Field(alias="role")]
    """Who said it."""
    text: Annotated[str, Field(alias="message")] = ""
    """What was said."""


class GenerateAnswer(Answering):
    """A message, and all that it is to be answered from."""

    examples = {
        "One passage": {
            **STUDENT,
            "class_title": "Cell energetics",
            "user_message": "Which metal atoms does the oxygen-evolving complex hold?",
            "blueprint_context": "",
            "material_context": EXAMPLE_CONTEXT,
        }
    }

    class_title: Text
    """The name of the class."""
    user_message: Text
    """What is asked."""
    transcript: Upto1000[TranscriptTurn] = ()
    """What was said before, oldest first."""
    blueprint_context: str = ""
    """The published blueprint as text."""
    material_context: str = ""
    """Passages of the materials, each below its label: `Source 1 | title | page 2`."""
    compacted_memory_context: str = ""
    """What is known of an earlier part of the conversation."""
    assignment_instructions: str = ""
    """The assignment that is worked on; absent: open practice."""
    purpose: str = ""
    """What the call is made for, as the log names it."""
    session_id: str | None = None
    """The conversation that this call belongs to."""


class Picture(Part):
    """The picture that an answer's hint asks for; hints that name nothing are drawn, too."""

    type: Annotated[Literal["chart", "diagram", "wave", "vector"], CaseFolded]
    """Its kind."""
    concept: Annotated[str, Field(max_length=200)] = ""
    """What it shows."""
    title: Annotated[str, Field(max_length=200)] = ""
    """What stands above it."""


class Canvas(Body):
    """The body of the canvas route; the class is named, but nothing of it is read."""

    examples = {
        "A diagram": {
            "class_id": CLASS_ID,
            "canvas_hint": {
                "type": "diagram",
                "concept": "From light to sugar",
                "title": "Photosynthesis",
            },
            "student_question": "What comes after the light reactions?",
            "ai_answer": "The Calvin cycle uses their ATP and NADPH to make sugar.",
        }
    }

    class_id: UUID
    """The class."""
    canvas_hint: Picture
    """The `canvas_hint` of the answer."""
    student_question: Annotated[str, Field(max_length=500)] = ""
    """What was asked."""
    ai_answer: Annotated[str, Field(max_length=2000)] = ""
    """What was answered."""
