"""The routes of learning content."""

from typing import TypeVar

from django.conf import settings
from rest_framework.request import Request

from learning.activity_generation import ActivityWanted, generate_flashcards, generate_quiz
from learning.blueprint import BlueprintAnswer
from learning.blueprint_generation import BlueprintWanted, generate_blueprint
from learning.errors import BlueprintFailed, FlashcardsFailed, QuizFailed
from learning.flashcards import CardsAnswer
from learning.generation import Generated, GeneratedData
from learning.quiz import QuizAnswer
from learning.requests import (
    ActivityBody,
    BlueprintBody,
    ContentBody,
    FlashcardsBody,
    QuizBody,
)
from stemcore.api.response import Response
from stemcore.api.throttles import AI_LIMITS
from stemcore.api.views import ApiViewSet
from stemcore.deadline import Deadline
from stemcore.providers import Call

P = TypeVar("P")


class ContentViewSet(ApiViewSet):
    """Base of the routes that generate content for a teacher."""

    tag = "Learning content"
    throttle_classes = AI_LIMITS

    def call(self, purpose: str, body: ContentBody) -> Call:
        """On whose behalf and until when; the sandbox is the guest's, verified by the guard."""
        return Call(
            purpose=purpose,
            deadline=Deadline.for_request(body.timeout_ms, settings.AI_REQUEST_TIMEOUT_MS),
            user_id=self.user.id if self.user else None,
            sandbox_id=self.guest_sandbox(body.sandbox_id),
        )


def shown(made: Generated[P]) -> Response[GeneratedData[P]]:
    """The answer, with its quality in `meta` where a gate judged it."""
    quality = {"quality": made.quality.as_data()} if made.quality else None
    return Response(made.as_data(), meta=quality)


class BlueprintViewSet(ContentViewSet):
    guest_feature = "blueprint"
    failure = BlueprintFailed
    body_limit = settings.BLUEPRINT_BODY_LIMIT

    async def generate(
        self, request: Request, body: BlueprintBody
    ) -> Response[GeneratedData[BlueprintAnswer]]:
        """Generate a blueprint.

        Topics with objectives, prerequisites and evidence from the materials of a class. May take
        a minute: send a `timeout_ms` to match. The body may have 8 MiB.
        """
        wanted = BlueprintWanted(
            class_title=body.class_title,
            material_text=body.material_text,
            material_count=body.material_count,
            subject=body.subject,
            level=body.level,
        )
        call = self.call("blueprint_generation_v2", body)
        return shown(await generate_blueprint(wanted, call))


class QuizViewSet(ContentViewSet):
    guest_feature = "quiz"
    failure = QuizFailed

    async def generate(
        self, request: Request, body: QuizBody
    ) -> Response[GeneratedData[QuizAnswer]]:
        """Generate a quiz.

        Questions with four choices each, of which `answer` is one. `meta.quality` says how many
        were asked for and what was found.
        """
        call = self.call("quiz_generation_v1", body)
        return shown(await generate_quiz(_wanted(body, body.question_count), call))


class FlashcardsViewSet(ContentViewSet):
    guest_feature = "flashcards"
    failure = FlashcardsFailed

    async def generate(
        self, request: Request, body: FlashcardsBody
    ) -> Response[GeneratedData[CardsAnswer]]:
        """Generate flashcards.

        Cards with a front and a back. `meta.quality` says how many were asked for and what was
        found.
        """
        call = self.call("flashcards_generation_v1", body)
        return shown(await generate_flashcards(_wanted(body, body.card_count), call))


def _wanted(body: ActivityBody, count: int) -> ActivityWanted:
    return ActivityWanted(
        class_title=body.class_title,
        count=count,
        instructions=body.instructions,
        blueprint_context=body.blueprint_context,
        material_context=body.material_context,
    )
