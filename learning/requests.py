"""What the requests for learning content may carry."""

from typing import Annotated

from pydantic import Field

from learning.flashcards import MAX_CARDS
from learning.quiz import MAX_QUESTIONS
from stemcore.api.body import Body, SandboxId, Text, TimeoutMs, Whole


class ContentBody(Body):
    """What all carry. A guest's sandbox id is checked by the guard, so any text may stand there."""

    class_title: Text
    sandbox_id: SandboxId = None
    timeout_ms: TimeoutMs | None = None


class BlueprintBody(ContentBody):
    subject: str = ""
    level: str = ""
    material_count: Annotated[Whole, Field(ge=1)]
    material_text: Text


class ActivityBody(ContentBody):
    instructions: Text
    blueprint_context: str = ""
    material_context: str = ""


class QuizBody(ActivityBody):
    question_count: Annotated[Whole, Field(ge=1, le=MAX_QUESTIONS)]


class FlashcardsBody(ActivityBody):
    card_count: Annotated[Whole, Field(ge=1, le=MAX_CARDS)]
