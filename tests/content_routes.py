"""The five routes that generate content, as the web app calls them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from tests.cast import Cast
from tests.client import Api
from tests.learning import samples

MATERIAL = (
    "Source 1 | Mechanics | page 2\nA net force accelerates a body: $F = ma$.\n\n"
    "Source 2 | Waves | page 5\nFrequency times wavelength is speed."
)


@dataclass(frozen=True)
class ContentRoute:
    """A route: its path, a body, a model's valid answer, the code of its failure.

    `texts` are the fields of the body that other people wrote, `shown` finds the content in the
    data of a success.
    """

    path: str
    fields: dict[str, Any]
    answer: dict[str, Any]
    code: str
    texts: tuple[str, ...]
    label: str
    needs_user: bool = False
    shown: Callable[[dict[str, Any]], dict[str, Any]] = lambda data: data["payload"]

    def body(self, cast: Cast) -> dict[str, Any]:
        own = {"class_id": str(cast.classroom.id), "user_id": str(cast.student.id)}
        return {**(own if self.path.startswith("/v1/chat") else {}), **self.fields}

    async def call(self, api: Api, cast: Cast, **changes: Any) -> httpx.Response:
        user = cast.student if self.needs_user else None
        return await api.post(self.path, {**self.body(cast), **changes}, user=user)


BLUEPRINT = ContentRoute(
    "/v1/blueprints/generate",
    {"class_title": "Physics 9b", "material_count": 2, "material_text": MATERIAL},
    samples.BLUEPRINT,
    "blueprint_error",
    ("class_title", "subject", "level", "material_text"),
    "blueprint",
)
QUIZ = ContentRoute(
    "/v1/quiz/generate",
    {
        "class_title": "Physics 9b",
        "question_count": 5,
        "instructions": "Mostly mechanics.",
        "blueprint_context": "Blueprint Context\nTopic 1: Motion",
        "material_context": MATERIAL,
    },
    samples.QUIZ,
    "quiz_error",
    ("class_title", "instructions", "blueprint_context", "material_context"),
    "quiz",
)
FLASHCARDS = ContentRoute(
    "/v1/flashcards/generate",
    {key: value for key, value in QUIZ.fields.items() if key != "question_count"}
    | {"card_count": 5},
    samples.CARDS,
    "flashcards_error",
    QUIZ.texts,
    "flashcards",
)
CHAT = ContentRoute(
    "/v1/chat/generate",
    {
        "class_title": "Physics 9b",
        "user_message": "What makes a cart faster?",
        "transcript": [
            {"role": "student", "message": "Hello", "created_at": "2026-01-01T10:00:00Z"}
        ],
        "blueprint_context": "Blueprint Context\nTopic 1: Motion",
        "material_context": MATERIAL,
    },
    samples.CHAT,
    "chat_error",
    (
        "class_title",
        "user_message",
        "blueprint_context",
        "material_context",
        "compacted_memory_context",
        "assignment_instructions",
    ),
    "chat",
    needs_user=True,
)
CANVAS = ContentRoute(
    "/v1/chat/canvas",
    {
        "canvas_hint": {"type": "vector", "concept": "Forces on a cart", "title": "Forces"},
        "student_question": "Which way does it go?",
        "ai_answer": "Along the net force.",
    },
    samples.VECTOR,
    "canvas_error",
    ("student_question", "ai_answer"),
    "canvas",
    shown=lambda data: data["spec"],
)
CONTENT_ROUTES = [BLUEPRINT, QUIZ, FLASHCARDS, CHAT, CANVAS]


def name_of(value: object) -> str:
    """A test's name for a route."""
    return value.label if isinstance(value, ContentRoute) else str(value)


def answer_for(system: str) -> dict[str, Any]:
    """The valid answer to a prompt, by the shape that its system half asks for."""
    shapes = {
        '"schemaVersion"': samples.BLUEPRINT,
        '"questions"': samples.QUIZ,
        '"cards"': samples.CARDS,
        '"vectors"': samples.VECTOR,
        '"chartType"': samples.CHART_WITHOUT_DATA,
    }
    return next((answer for mark, answer in shapes.items() if mark in system), samples.CHAT)
