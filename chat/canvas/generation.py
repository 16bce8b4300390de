"""Making the spec of a picture that an answer hinted at."""

from dataclasses import dataclass
from pathlib import Path

from chat.canvas.specs import SPECS, CanvasSpec
from chat.errors import CanvasFailed
from chat.requests import Picture
from stemcore.answers import answer_schema, read_answer, refuse_leak
from stemcore.prompts import Prompt, PromptTemplate, Untrusted
from stemcore.providers import Call, Generation, ProviderError, generate_answer

PROMPT = PromptTemplate(Path(__file__).parent.parent / "prompts" / "canvas", version=2)
LABEL = "canvas"
CANVAS_SECONDS = 20.0
MAX_TOKENS = 1000


@dataclass(frozen=True)
class CanvasWanted:
    """The picture wanted, and the exchange that it belongs to."""

    hint: Picture
    question: str = ""
    answer: str = ""


async def generate_canvas(wanted: CanvasWanted, call: Call) -> CanvasSpec:
    """A spec of the type asked for. Raises CanvasFailed."""
    model = SPECS[wanted.hint.type]
    prompt = _prompt(wanted)
    hint = wanted.hint
    titles = (hint.title, hint.concept, wanted.question, hint.type.capitalize())

    def read(text: str) -> CanvasSpec:
        spec = read_answer(text, model, LABEL).titled(*titles)
        refuse_leak(prompt, [spec.model_dump_json()], LABEL)
        return spec

    generation = Generation(
        prompt.system,
        prompt.user,
        max_tokens=MAX_TOKENS,
        answer_schema=answer_schema(model, f"canvas_{wanted.hint.type}"),
    )
    try:
        spec, _ = await generate_answer(generation, call, read)
    except ProviderError as error:
        raise CanvasFailed(error.message) from error
    return spec


def _prompt(wanted: CanvasWanted) -> Prompt:
    return PROMPT.render(
        type=wanted.hint.type,
        concept=Untrusted(wanted.hint.concept),
        title=Untrusted(wanted.hint.title),
        student_question=Untrusted(wanted.question),
        ai_answer=Untrusted(wanted.answer),
    )
