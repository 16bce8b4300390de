"""A school day for the eye: calls over a month, a full sandbox, a chat, a class with insights."""

import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from classes.models import Classroom
from stemcore.models import GuestAdmission, ProviderCall
from stemcore.providers import call_days
from stemcore.supabase.tokens import PlatformUser
from tests import factories
from tests.cast import Cast

CALLS = 3_000
PURPOSES = ["student_chat_always_on_v1", "quiz_generation", "class_insights", "material_embedding"]
MODELS = {"openrouter": "openai/gpt-4o-mini", "openai": "gpt-4o-mini", "gemini": "gemini-2.0-flash"}


BRIEF = {
    "summary": "The class knows its light reactions.",
    "strongest_action": "Repeat the Calvin cycle with one worked example.",
    "attention_items": ["Four students have not begun."],
    "misconceptions": [{"topic_title": "Pigments", "description": "Green light is absorbed."}],
    "next_step": "A short quiz on NADP.",
}
FAILED, FAILED_FILE = "Scanned worksheet", "uploads/worksheet.pdf"
"""Title and place of the material that failed."""


def set_scene(cast: Cast) -> dict[str, str]:
    """Fills the school; returns the paths of its pages by name."""
    calls(cast.classroom, cast.student)
    factories.update(cast.sandbox_one, embedding_operations_used=15, chat_messages_used=43)
    factories.update(cast.sandbox_two, chat_messages_used=12, quiz_generations_used=4)
    for number in range(12):
        factories.sandbox(factories.guest(), chat_messages_used=4 * number)
    _materials(cast)
    _chat(cast)
    factories.insights(cast.classroom, _insights())
    factories.teaching_brief(cast.classroom, status="ready", payload=BRIEF)
    call_days.add_up_next()
    now = datetime.now(UTC)
    GuestAdmission.objects.create(
        key=uuid4(),
        sandbox_id=cast.sandbox_two.id,
        feature="chat",
        active=True,
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )
    return {
        "dashboard": "/admin/?span=day",
        "sandboxes": "/admin/stemcore/guestsandbox/",
        "session": f"/admin/chat/chatsession/{cast.session.id}/change/",
        "class": f"/admin/classes/classroom/{cast.classroom.id}/change/",
    }


def calls(classroom: Classroom, student: PlatformUser) -> None:
    """A call log of four weeks, most of it of the last days."""
    source = random.Random(7)
    ProviderCall.objects.bulk_create(
        _call(source, classroom, student, number) for number in range(CALLS)
    )


def _call(
    source: random.Random, classroom: Classroom, student: PlatformUser, number: int
) -> ProviderCall:
    provider = source.choices([*MODELS], weights=[6, 3, 2])[0]
    failed = source.random() < 0.03
    embedding = number % 4 == 3
    prompt, completion = source.randrange(300, 4000), 0 if embedding else source.randrange(50, 900)
    return ProviderCall(
        created_at=datetime.now(UTC) - timedelta(hours=24 * 28 * source.random() ** 3),
        request_id=f"request-{number}",
        purpose=PURPOSES[number % 4],
        kind="embedding" if embedding else "generation",
        provider=provider,
        model=MODELS[provider],
        attempt=1,
        status="failed" if failed else "ok",
        error_kind=source.choice(["timeout", "rate_limited", "server_error"]) if failed else "",
        latency_ms=round(source.lognormvariate(5.2 if embedding else 7.2, 0.5)),
        prompt_tokens=None if failed else prompt,
        completion_tokens=None if failed else completion,
        total_tokens=None if failed else prompt + completion,
        class_id=classroom.id,
        user_id=student.id,
    )


def _materials(cast: Cast) -> None:
    ready = factories.material(
        cast.classroom, title="Photosynthesis, chapter 3", size_bytes=812_400
    )
    for page in range(1, 5):
        factories.chunk(ready, f"Page {page}. Light reactions happen in the thylakoid membrane.")
    factories.job(ready, status="completed", attempts=1)
    broken = factories.material(
        cast.classroom,
        title=FAILED,
        storage_path=FAILED_FILE,
        status="failed",
        metadata={"warnings": ["No text was found. Run OCR and upload it again."]},
    )
    factories.job(broken, status="failed", attempts=5, last_error="No text was found.")
    factories.job(factories.material(cast.classroom, title="Lab notes", status="pending"))


def _chat(cast: Cast) -> None:
    said = [
        ("student", "Why are leaves green when the sun is white?", []),
        (
            "assistant",
            "Leaves are green because chlorophyll absorbs red and blue light and reflects green.",
            [
                {
                    "sourceLabel": "Source 1 | Photosynthesis, chapter 3 | page 2",
                    "rationale": "Names the pigments and what they absorb.",
                }
            ],
        ),
        ("student", "So the energy of green light is lost?", []),
        (
            "assistant",
            "Most of it. Carotenoids take up a part of the spectrum that chlorophyll leaves, "
            "and pass the energy on.",
            [{"sourceLabel": "Blueprint", "rationale": "Light reactions."}],
        ),
    ]
    first = datetime.now(UTC) - timedelta(minutes=20)
    for number, (author, content, citations) in enumerate(said):
        told = {
            "provider": "openrouter",
            "model": "openai/gpt-4o-mini",
            "total_tokens": 1834,
            "latency_ms": 2310,
        }
        factories.chat_message(
            cast.session,
            author,
            content=content,
            citations=citations,
            created_at=first + timedelta(minutes=2 * number),
            **(told if author == "assistant" else {}),
        )


def _insights() -> dict[str, object]:
    return {
        "class_summary": {
            "student_count": 24,
            "avg_score": 0.71,
            "completion_rate": 0.83,
            "at_risk_count": 4,
        },
        "topics": [
            {"title": "Light reactions", "avg_score": 0.82},
            {"title": "Calvin cycle", "avg_score": 0.54},
            {"title": "Pigments", "avg_score": 0.77},
        ],
        "bloom_breakdown": {
            "remember": 0.9,
            "understand": 0.78,
            "apply": 0.66,
            "analyze": 0.52,
            "evaluate": None,
            "create": None,
        },
        "ai_narrative": {
            "executive_summary": "The class knows its light reactions; the Calvin cycle is weak.",
            "key_findings": ["Half of the students mix up NADP and NAD."],
        },
    }
