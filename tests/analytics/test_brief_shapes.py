"""Forty shapes in which models write the brief, all brought to the one that is answered."""

import json
from typing import Any

import pytest

from analytics.brief.answer import BriefAnswer
from analytics.brief.generation import Truthful
from analytics.briefing import Briefing
from stemcore.answers import read_answer
from tests.analytics.narratives import FIGURES

FULL: dict[str, Any] = {
    "summary": "The class averages 71 %.",
    "strongest_action": "Go through Newton's laws.",
    "attention_items": ["Newton's laws is at 54 %.", "Nobody tried Circular motion."],
    "misconceptions": [{"topic": "T2", "description": "Motion needs a force."}],
    "students_to_watch": [{"student": 2, "reason": "Averages 45 %."}],
    "next_step": "Give a short quiz.",
    "recommended_activity": {"type": "quiz", "reason": "Newton's laws is at 54 %."},
    "evidence_basis": "55 attempts.",
}
WATCHED = {
    "student_id": str(FIGURES.students[1].id),
    "display_name": "PersonB Z.",
    "reason": "Averages 45 %.",
}
TITLE, WEAK = "Newton's laws", "Newton's laws is at 54 %."
MEANT = "Motion needs a force."
MISCONCEPTION = {
    "topic_id": str(FIGURES.topics[1].id),
    "topic_title": "Newton's laws",
    "description": MEANT,
}
ONE: dict[str, Any] = {**FULL, "misconceptions": [MISCONCEPTION], "students_to_watch": [WATCHED]}


def less(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in FULL.items() if key not in keys}


def other(key: str, name: str) -> dict[str, Any]:
    return {**less(key), name: FULL[key]}


SAME: list[Any] = [
    FULL,
    {"brief": FULL},
    {"teaching_brief": FULL},
    {"data": {"teaching_brief": FULL}},
    {"result": {"brief": FULL}},
    [FULL],
    {**FULL, "summary": {"text": FULL["summary"]}},
    {**FULL, "summary": [FULL["summary"]]},
    {**FULL, "strongest_action": {"action": FULL["strongest_action"]}},
    {**FULL, "strongest_action": [FULL["strongest_action"]]},
    {**FULL, "next_step": {"step": FULL["next_step"]}},
    {**FULL, "evidence_basis": {"description": FULL["evidence_basis"]}},
    {**FULL, "evidence_basis": [FULL["evidence_basis"]]},
    {**FULL, "attention_items": "\n".join(FULL["attention_items"])},
    {**FULL, "attention_items": "\n".join(f"- {one}" for one in FULL["attention_items"])},
    {**FULL, "attention_items": [{"text": one} for one in FULL["attention_items"]]},
    {**FULL, "attention_items": [{"item": one} for one in FULL["attention_items"]]},
    {**FULL, "attention_items": [{"description": one} for one in FULL["attention_items"]]},
    {**FULL, "attention_items": [None, *FULL["attention_items"], ""]},
    {**FULL, "attention_items": dict(enumerate(FULL["attention_items"]))},
    {**FULL, "misconceptions": FULL["misconceptions"][0]},
    {**FULL, "misconceptions": [{"topic_title": TITLE, "description": MEANT}]},
    {**FULL, "misconceptions": [{"title": "newton's laws", "misconception": MEANT}]},
    {**FULL, "misconceptions": [{"topic_id": "T2", "text": MEANT}]},
    {**FULL, "misconceptions": [{"topic": {"title": TITLE}, "description": MEANT}]},
    {**FULL, "misconceptions": [None, *FULL["misconceptions"]]},
    {**FULL, "students_to_watch": FULL["students_to_watch"][0]},
    {**FULL, "students_to_watch": [{"number": 2, "why": "Averages 45 %."}]},
    {**FULL, "students_to_watch": [{"student": "Student 2", "note": "Averages 45 %."}]},
    {**FULL, "students_to_watch": [{"name": "Student 2", "concern": "Averages 45 %."}]},
    {**FULL, "students_to_watch": [*FULL["students_to_watch"], {"student": 99, "reason": "?"}]},
    {**FULL, "students_to_watch": [*FULL["students_to_watch"], None, 7.5]},
    {**FULL, "recommended_activity": [FULL["recommended_activity"]]},
    {**FULL, "recommended_activity": {"activity_type": "Quiz", "rationale": WEAK}},
    other("summary", "overview"),
    other("summary", "executive_summary"),
    other("attention_items", "needs_attention"),
    other("students_to_watch", "watch_list"),
    other("next_step", "next_steps"),
    other("evidence_basis", "evidence"),
]  # fmt: skip


def read(answer: Any) -> Any:
    return Truthful(BRIEFING).brief(read_answer(json.dumps(answer), BriefAnswer, "brief"))


BRIEFING = Briefing(FIGURES)


@pytest.mark.parametrize("number", range(len(SAME)))
def test_every_shape_becomes_the_one(number: int) -> None:
    assert len(SAME) >= 40
    assert read(SAME[number]) == ONE


NOTHING: dict[str, Any] = {
    "strongest_action": "",
    "attention_items": [],
    "misconceptions": [],
    "students_to_watch": [],
    "next_step": "",
    "recommended_activity": None,
    "evidence_basis": "",
}


@pytest.mark.parametrize(
    "rest",
    [{}, dict.fromkeys(NOTHING), {"recommended_activity": "dancing"}, {"students_to_watch": []}],
)
def test_what_is_not_there_is_empty(rest: dict[str, Any]) -> None:
    summary = {"summary": FULL["summary"]}
    assert read({**summary, **rest}) == {**summary, **NOTHING}
