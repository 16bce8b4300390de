"""What the requests for learning content may carry."""

from typing import Annotated, Any

from pydantic import Field

from learning.flashcards import MAX_CARDS
from learning.quiz import MAX_QUESTIONS
from stemcore.api.body import Body, SandboxId, Text, TimeoutMs, Whole

EXAMPLE_MATERIAL = (
    "Source 1 | Photosynthesis | page 2\n"
    "Photosynthesis takes place in the chloroplasts of plant cells. Chlorophyll absorbs red and"
    " blue light and reflects green light. The light reactions happen in the thylakoid membrane"
    " and make ATP and NADPH. The Calvin cycle happens in the stroma and fixes carbon dioxide"
    " into sugar. The oxygen-evolving complex splits water and holds four manganese atoms.\n\n"
    "Source 2 | Cellular respiration | slide 3\n"
    "Glycolysis splits glucose into two molecules of pyruvate in the cytosol. The citric acid"
    " cycle happens in the matrix of the mitochondrion. The electron transport chain pumps"
    " protons across the inner membrane. ATP synthase uses the proton gradient to make ATP."
)
EXAMPLE_ACTIVITY: dict[str, Any] = {
    "class_title": "Cell energetics",
    "instructions": "Cover photosynthesis and respiration.",
    "blueprint_context": "",
    "material_context": EXAMPLE_MATERIAL,
}


class ContentBody(Body):
    """What all carry. A guest's sandbox id is checked by the guard, so any text may stand there."""

    class_title: Text
    """The name of the class."""
    sandbox_id: SandboxId = None
    """The sandbox of a guest."""
    timeout_ms: TimeoutMs | None = None
    """Milliseconds until the caller gives up; zero and below count as absent."""


class BlueprintBody(ContentBody):
    """The materials of a class, to be made into a blueprint."""

    examples = {
        "Two materials": {
            "class_title": "Cell energetics",
            "subject": "Biology",
            "level": "Grade 11",
            "material_count": 2,
            "material_text": EXAMPLE_MATERIAL,
        }
    }

    subject: str = ""
    """The subject of the class."""
    level: str = ""
    """Its grade or level."""
    material_count: Annotated[Whole, Field(ge=1)]
    """How many materials the text is from."""
    material_text: Text
    """The texts of the materials, each below its label: `Source 1 | title | page 2`."""


class ActivityBody(ContentBody):
    """What a quiz and flashcards are made from."""

    instructions: Text
    """What the teacher wants."""
    blueprint_context: str = ""
    """The published blueprint as text."""
    material_context: str = ""
    """Passages of the materials, each below its label: `Source 1 | title | page 2`."""


class QuizBody(ActivityBody):
    """A quiz to be made."""

    examples = {"Three questions": {**EXAMPLE_ACTIVITY, "question_count": 3}}

    question_count: Annotated[Whole, Field(ge=1, le=MAX_QUESTIONS)]
    """How many questions; fewer come where the materials hold no more."""


class FlashcardsBody(ActivityBody):
    """Flashcards to be made."""

    examples = {"Four cards": {**EXAMPLE_ACTIVITY, "card_count": 4}}

    card_count: Annotated[Whole, Field(ge=1, le=MAX_CARDS)]
    """How many cards; fewer come where the materials hold no more."""
