"""Writing a teaching brief from figures, and holding it against them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from structlog import get_logger

from analytics.brief.answer import (
    Brief,
    BriefAnswer,
    Misconception,
    MisconceptionIdea,
    RecommendedActivity,
    StudentIdea,
    StudentToWatch,
    activity_type,
)
from analytics.briefing import Briefing, FactChecker
from stemcore.answers import UnusableAnswer, answer_schema, read_answer, refuse_leak
from stemcore.prompts import PromptTemplate, Untrusted
from stemcore.providers import Call, Generation, generate_answer
from stemcore.text import one_line

log = get_logger(__name__)

PROMPT = PromptTemplate(Path(__file__).parent.parent / "prompts" / "brief", version=1)
LABEL = "teaching brief"
SCHEMA = answer_schema(BriefAnswer, "teaching_brief")
MAX_TOKENS = 2_000
MOST_ITEMS = 6
GENERAL = "General"
"""The topic of a misconception that belongs to none."""


async def write_brief(
    briefing: Briefing, class_title: str, warnings: Mapping[str, Sequence[str]], call: Call
) -> Brief:
    """A brief that the figures support. Raises ProviderError when no usable one came.

    `warnings` are the misconceptions that the blueprint names, by the title of the topic.
    """
    prompt = PROMPT.render(
        class_title=Untrusted(briefing.anonymous(class_title)),
        figures=Untrusted(briefing.text),
        misconceptions=Untrusted(_warning_lines(briefing, warnings)),
    )

    def read(text: str) -> tuple[Brief, int]:
        truthful = Truthful(briefing)
        told = truthful.brief(read_answer(text, BriefAnswer, LABEL))
        words = [told["summary"], told["strongest_action"], *told["attention_items"]]
        refuse_leak(prompt, words, LABEL)
        return told, truthful.dropped

    generation = Generation(prompt.system, prompt.user, max_tokens=MAX_TOKENS, answer_schema=SCHEMA)
    (brief, dropped), _ = await generate_answer(generation, call, read)
    if dropped:
        log.info("sentences_beyond_figures", dropped=dropped, class_id=str(call.class_id))
    return brief


def _warning_lines(briefing: Briefing, warnings: Mapping[str, Sequence[str]]) -> str:
    return "\n".join(
        f"- {key}: {briefing.anonymous(warning)}"
        for key, topic in briefing.topics.items()
        for warning in warnings.get(one_line(topic.title), ())
    )


class Truthful(FactChecker):
    """Takes from an answer what the figures support."""

    def brief(self, answer: BriefAnswer) -> Brief:
        """The brief in its one shape. Raises UnusableAnswer when no summary is left."""
        summary = self.checked(answer.summary)
        if not summary:
            fault = "summary: must say only numbers that are among the figures"
            raise UnusableAnswer.invalid(LABEL, [fault])
        return {
            "summary": summary,
            "strongest_action": self.checked(answer.strongest_action),
            "attention_items": self._texts(answer.attention_items),
            "misconceptions": self._misconceptions(answer.misconceptions),
            "students_to_watch": self._students(answer.students_to_watch),
            "next_step": self.checked(answer.next_step),
            "recommended_activity": self._activity(answer),
            "evidence_basis": self.checked(answer.evidence_basis),
        }

    def _texts(self, texts: Sequence[str]) -> list[str]:
        return [kept for text in texts[:MOST_ITEMS] if (kept := self.checked(text))]

    def _misconceptions(self, ideas: Sequence[MisconceptionIdea]) -> list[Misconception]:
        return [told for idea in ideas[:MOST_ITEMS] if (told := self._misconception(idea))]

    def _misconception(self, idea: MisconceptionIdea) -> Misconception | None:
        """None for one of a topic that the class does not have."""
        description, topic = self.checked(idea.description), self.briefing.topic(idea.topic)
        if not description or (idea.topic and topic is None):
            return None
        return {
            "topic_id": str(topic.id) if topic else None,
            "topic_title": topic.title if topic else GENERAL,
            "description": description,
        }

    def _students(self, ideas: Sequence[StudentIdea]) -> list[StudentToWatch]:
        watched = (self._student(idea) for idea in ideas)
        by_id = {one["student_id"]: one for one in watched if one}
        return list(by_id.values())[:MOST_ITEMS]

    def _student(self, idea: StudentIdea) -> StudentToWatch | None:
        number = re.search(r"\d+", idea.student)
        student = self.briefing.student(int(number[0])) if number else None
        if student is None:
            return None
        return {
            "student_id": str(student.id),
            "display_name": student.display_name,
            "reason": self.checked(idea.reason or idea.student, student),
        }

    def _activity(self, answer: BriefAnswer) -> RecommendedActivity | None:
        idea = answer.recommended_activity
        known = activity_type(idea.type) if idea else None
        if idea is None or known is None:
            return None
        return {"type": known, "reason": self.checked(idea.reason)}
