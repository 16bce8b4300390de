"""The routes of learning content."""

from typing import Any
from uuid import UUID

from django.conf import settings

from learning.activity_generation import ActivityWanted, generate_flashcards, generate_quiz
from learning.blueprint_generation import BlueprintWanted, generate_blueprint
from learning.errors import BlueprintFailed, FlashcardsFailed, QuizFailed
from learning.generation import Generated
from learning.requests import (
    ActivityBody,
    BlueprintBody,
    ContentBody,
    FlashcardsBody,
    QuizBody,
)
from stemcore.api.throttles import AI_LIMITS
from stemcore.api.views import ApiViewSet
from stemcore.deadline import Deadline
from stemcore.providers import Call


class ContentViewSet(ApiViewSet):
    """Base of the routes that generate content for a teacher."""

    action_throttles = {"generate": AI_LIMITS}

    def call(self, purpose: str, body: ContentBody) -> Call:
        """On whose behalf and until when; the sandbox is the guest's, verified by the guard."""
        guest = self.user is not None and self.user.is_anonymous
        return Call(
            purpose=purpose,
            deadline=Deadline.for_request(body.timeout_ms, settings.AI_REQUEST_TIMEOUT_MS),
            user_id=self.user.id if self.user else None,
            sandbox_id=UUID(body.sandbox_id) if guest and body.sandbox_id else None,
        )

    def shown(self, made: Generated[Any]) -> dict[str, Any]:
        if made.quality is not None:
            self.meta["quality"] = made.quality.as_data()
        return made.as_data()


class BlueprintViewSet(ContentViewSet):
    guest_features = {"generate": "blueprint"}
    failure = BlueprintFailed
    body_limit = settings.BLUEPRINT_BODY_LIMIT

    async def generate(self, body: BlueprintBody) -> dict[str, Any]:
        wanted = BlueprintWanted(
            class_title=body.class_title,
            material_text=body.material_text,
            material_count=body.material_count,
            subject=body.subject,
            level=body.level,
        )
        call = self.call("blueprint_generation_v2", body)
        return self.shown(await generate_blueprint(wanted, call))


class QuizViewSet(ContentViewSet):
    guest_features = {"generate": "quiz"}
    failure = QuizFailed

    async def generate(self, body: QuizBody) -> dict[str, Any]:
        call = self.call("quiz_generation_v1", body)
        return self.shown(await generate_quiz(_wanted(body, body.question_count), call))


class FlashcardsViewSet(ContentViewSet):
    guest_features = {"generate": "flashcards"}
    failure = FlashcardsFailed

    async def generate(self, body: FlashcardsBody) -> dict[str, Any]:
        call = self.call("flashcards_generation_v1", body)
        return self.shown(await generate_flashcards(_wanted(body, body.card_count), call))


def _wanted(body: ActivityBody, count: int) -> ActivityWanted:
    return ActivityWanted(
        class_title=body.class_title,
        count=count,
        instructions=body.instructions,
        blueprint_context=body.blueprint_context,
        material_context=body.material_context,
    )
