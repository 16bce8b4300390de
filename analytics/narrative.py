"""The words beside a class's figures, written by a model and held against the figures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID

from structlog import get_logger

from analytics.briefing import Briefing, FactChecker
from analytics.payload import Intervention, Narrative
from analytics.shapes import items_of
from stemcore.answers import (
    Answer,
    OtherNames,
    Statement,
    Strings,
    UnusableAnswer,
    Whole,
    answer_schema,
    read_answer,
    refuse_leak,
)
from stemcore.prompts import PromptTemplate, Untrusted
from stemcore.providers import Call, Generation, generate_answer

log = get_logger(__name__)

PROMPT = PromptTemplate(Path(__file__).parent / "prompts" / "insights", version=1)
LABEL = "insights"
MAX_TOKENS = 2_000
MOST_FINDINGS = 6
MOST_INTERVENTIONS = 3
MOST_NOTES = 20


class InterventionIdea(Answer):
    """A quiz that a topic needs; `topic` is its key or title."""

    topic: Annotated[Statement, OtherNames("topic_key", "topic_id", "topic_title", "title")]
    reason: Annotated[Statement, OtherNames("why", "rationale")]
    suggested_action: Annotated[Statement, OtherNames("action", "suggestion")]


class StudentNote(Answer):
    """A sentence about one student, by number."""

    student: Annotated[Whole, OtherNames("student_number", "number", "id", "student_id")]
    note: Annotated[Statement, OtherNames("summary", "text", "mini_summary")]


class InsightsAnswer(Answer):
    """What a model writes about a class."""

    executive_summary: Annotated[Statement, OtherNames("summary", "overview")]
    key_findings: Annotated[Strings, OtherNames("findings")] = []
    interventions: Annotated[list[InterventionIdea], items_of(InterventionIdea)] = []
    student_notes: Annotated[
        list[StudentNote], items_of(StudentNote), OtherNames("notes", "students")
    ] = []


SCHEMA = answer_schema(InsightsAnswer, "insights")


@dataclass(frozen=True)
class Told:
    """A narrative that the figures support, and a sentence for some of the students.

    `dropped` is how many sentences said a number that is not among the figures.
    """

    narrative: Narrative
    notes: dict[UUID, str]
    dropped: int


async def write_narrative(briefing: Briefing, class_title: str, call: Call) -> Told:
    """A narrative of the figures. Raises ProviderError when no usable one came."""
    prompt = PROMPT.render(
        class_title=Untrusted(briefing.anonymous(class_title)),
        figures=Untrusted(briefing.text),
        notes=MOST_NOTES,
    )

    def read(text: str) -> Told:
        answer = read_answer(text, InsightsAnswer, LABEL)
        told = told_truly(answer, briefing)
        words = told.narrative
        refuse_leak(prompt, [words["executive_summary"], *words["key_findings"]], LABEL)
        return told

    generation = Generation(prompt.system, prompt.user, max_tokens=MAX_TOKENS, answer_schema=SCHEMA)
    told, _ = await generate_answer(generation, call, read)
    if told.dropped:
        log.info("sentences_beyond_figures", dropped=told.dropped, class_id=str(call.class_id))
    return told


def told_truly(answer: InsightsAnswer, briefing: Briefing) -> Told:
    """The part of an answer that the figures support, with names in place of numbers.

    Raises UnusableAnswer when nothing of the summary is left.
    """
    facts = FactChecker(briefing)
    summary = facts.checked(answer.executive_summary)
    if not summary:
        fault = "executive_summary: must say only numbers that are among the figures"
        raise UnusableAnswer.invalid(LABEL, [fault])
    findings = map(facts.checked, answer.key_findings[:MOST_FINDINGS])
    interventions = [_intervention(one, facts) for one in answer.interventions]
    notes = [_note(one, facts) for one in answer.student_notes[:MOST_NOTES]]
    narrative: Narrative = {
        "executive_summary": summary,
        "key_findings": [text for text in findings if text],
        "interventions": [one for one in interventions if one][:MOST_INTERVENTIONS],
    }
    return Told(narrative, dict(note for note in notes if note), facts.dropped)


def _intervention(idea: InterventionIdea, facts: FactChecker) -> Intervention | None:
    """The intervention when its topic is there and its words hold."""
    topic = facts.briefing.topic(idea.topic)
    if topic is None:
        return None
    reason, action = facts.checked(idea.reason), facts.checked(idea.suggested_action)
    if not (reason and action):
        return None
    return {
        "type": "generate_quiz",
        "topic_id": str(topic.id),
        "topic_title": topic.title,
        "reason": reason,
        "suggested_action": action,
    }


def _note(note: StudentNote, facts: FactChecker) -> tuple[UUID, str] | None:
    student = facts.briefing.student(note.student)
    text = facts.checked(note.note, student) if student else ""
    return (student.id, text) if student and text else None
