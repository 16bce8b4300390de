"""Making a blueprint out of the materials of a class."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from learning.blueprint import BlueprintAnswer, BlueprintTopic
from learning.errors import BlueprintFailed
from learning.generation import (
    MATERIAL_TOKENS,
    MAX_TOKENS,
    Generated,
    texts_of,
)
from stemcore.answers import answer_schema, read_answer, refuse_leak
from stemcore.citations import Citation, grounded, passages_of
from stemcore.prompts import Prompt, PromptTemplate, Untrusted, fenced_text
from stemcore.providers import Call, Generation, ProviderError, generate_answer
from stemcore.text import cut_lines, one_line
from stemcore.words import folded

PROMPT = PromptTemplate(Path(__file__).parent / "prompts" / "blueprint", version=2)
SCHEMA = answer_schema(BlueprintAnswer, "blueprint")
LABEL = "blueprint"
TEMPERATURE = 0.0
"""A blueprint of the same material should be the same."""


@dataclass(frozen=True)
class BlueprintWanted:
    """What a blueprint is made from."""

    class_title: str
    material_text: str
    material_count: int
    subject: str = ""
    level: str = ""


async def generate_blueprint(wanted: BlueprintWanted, call: Call) -> Generated[BlueprintAnswer]:
    """A blueprint that keeps every rule. Raises BlueprintFailed."""
    material = cut_lines(fenced_text(wanted.material_text), MATERIAL_TOKENS)
    prompt = blueprint_prompt(wanted, material)

    def read(text: str) -> BlueprintAnswer:
        answer = read_answer(text, BlueprintAnswer, LABEL)
        refuse_leak(prompt, texts_of(answer.model_dump()), LABEL)
        return with_given_evidence(answer, material)

    generation = Generation(
        prompt.system, prompt.user, TEMPERATURE, MAX_TOKENS, answer_schema=SCHEMA
    )
    try:
        blueprint, result = await generate_answer(generation, call, read)
    except ProviderError as error:
        raise BlueprintFailed(error.message) from error
    return Generated(blueprint, result)


def blueprint_prompt(wanted: BlueprintWanted, material: str) -> Prompt:
    return PROMPT.render(
        class_title=Untrusted(wanted.class_title),
        subject=Untrusted(wanted.subject),
        level=Untrusted(wanted.level),
        material_count=wanted.material_count,
        material_text=Untrusted(material),
    )


def with_given_evidence(blueprint: BlueprintAnswer, material: str) -> BlueprintAnswer:
    """The blueprint without evidence from sources that the material does not have.

    Where the passages of the material have labels, evidence names one of them, whole or in short,
    and is given the whole label; else it names something that stands in the material.
    """
    passages, text = passages_of(material), _folded(material)

    def given(evidence: list[Citation], about: str) -> list[Citation]:
        if not passages:
            return [one for one in evidence if _folded(one.source_label) in text]
        return grounded(evidence, passages, about)

    topics = [_with_evidence(topic, given) for topic in blueprint.topics]
    return blueprint.model_copy(update={"topics": topics})


def _folded(text: str) -> str:
    return one_line(folded(text))


def _with_evidence(
    topic: BlueprintTopic, given: Callable[[list[Citation], str], list[Citation]]
) -> BlueprintTopic:
    objectives = [
        objective.model_copy(update={"evidence": given(objective.evidence, objective.statement)})
        for objective in topic.objectives
    ]
    about = f"{topic.title} {topic.description or ''}"
    update = {"evidence": given(topic.evidence, about), "objectives": objectives}
    return topic.model_copy(update=update)
