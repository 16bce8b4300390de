"""What models make up reaches no answer, and what is true comes through whole."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from analytics.brief.answer import BriefAnswer
from analytics.brief.generation import Truthful
from analytics.briefing import Briefing
from analytics.claims.facts import sentences
from analytics.data_query.check import faults_of_chart
from analytics.data_query.tables import Details, Tables, tables_for
from analytics.narrative import InsightsAnswer, told_truly
from analytics.payload import insights_payload
from chat.canvas.specs import ChartSpec
from stemcore.answers import read_answer
from tests.analytics.narratives import FIGURES, texts

BRIEFING = Briefing(FIGURES)
TRUTHFUL = texts("truthful") + texts("truthful_held_out")
INVENTED = texts("invented") + texts("invented_held_out")
ANSWERS = 100
"""Of each kind."""

ALLOWED = {
    sentence for text in TRUTHFUL for sentence in sentences(BRIEFING.true_to_figures(text)[0])
}
TITLES = {topic.title for topic in FIGURES.topics}
NAMES = {student.display_name for student in FIGURES.students}


def test_truthful_texts_pass_whole() -> None:
    assert len(TRUTHFUL) >= 100
    assert [text for text in TRUTHFUL if BRIEFING.true_to_figures(text)[1]] == []


def test_inventions_are_dropped() -> None:
    assert [text for text in INVENTED if BRIEFING.true_to_figures(text)[0]] == []


def told(chance: random.Random) -> str:
    """True and invented sentences in turn."""
    true, false = chance.choice(TRUTHFUL), chance.choice(INVENTED)
    return chance.choice([false, f"{true} {false}", f"{false} {true}", f"{true}\n{false}\n{true}"])


def topic(chance: random.Random) -> str:
    return chance.choice(
        ["T1", "T2", "Kinematics", "T9", "Thermodynamics", "T44 Optics", "all", ""]
    )


def student(chance: random.Random) -> Any:
    return chance.choice([1, 2, 12, 13, 40, 99, "Student 5", "Student 77", 0, -3])


def insights(chance: random.Random) -> dict[str, Any]:
    return {
        "executive_summary": f"{chance.choice(TRUTHFUL)} {told(chance)}",
        "key_findings": [told(chance) for _ in range(4)],
        "interventions": [
            {"topic": topic(chance), "reason": told(chance), "suggested_action": told(chance)}
            for _ in range(3)
        ],
        "student_notes": [{"student": student(chance), "note": told(chance)} for _ in range(4)],
    }


def brief(chance: random.Random) -> dict[str, Any]:
    return {
        "summary": f"{chance.choice(TRUTHFUL)} {told(chance)}",
        "strongest_action": told(chance),
        "attention_items": [told(chance) for _ in range(3)],
        "misconceptions": [{"topic": topic(chance), "description": told(chance)} for _ in range(3)],
        "students_to_watch": [
            {"student": student(chance), "reason": told(chance)} for _ in range(4)
        ],
        "next_step": told(chance),
        "recommended_activity": {
            "type": chance.choice(["quiz", "rocket launch", "party"]),
            "reason": told(chance),
        },
        "evidence_basis": told(chance),
    }


def words(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of an answer with the key that it stands under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from words(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from words(inner, key)


def assert_true(answer: Any) -> None:
    for key, text in words(answer):
        if key == "topic_title":
            assert text in TITLES | {"General"}
        elif key == "display_name":
            assert text in NAMES
        elif key == "type":
            assert text in {"generate_quiz", "quiz"}
        elif not key.endswith("_id"):
            assert set(sentences(text)) <= ALLOWED, text


def test_no_invention_reaches_the_insights() -> None:
    for seed in range(ANSWERS):
        text = json.dumps(insights(random.Random(seed)))
        found = told_truly(read_answer(text, InsightsAnswer, "insights"), BRIEFING)
        assert_true({**found.narrative})
        assert_true(list(found.notes.values()))
        assert set(found.notes) <= {one.id for one in FIGURES.students}
        assert found.dropped > 0


def test_no_invention_reaches_the_brief() -> None:
    for seed in range(ANSWERS):
        text = json.dumps(brief(random.Random(seed)))
        truthful = Truthful(BRIEFING)
        assert_true({**truthful.brief(read_answer(text, BriefAnswer, "brief"))})
        assert truthful.dropped > 0


TABLES: Tables = tables_for(
    "Everything about each student?", insights_payload(FIGURES, datetime.now(UTC)), Details()
)
FIGURES_UNDER: dict[str, set[float]] = {}
for table in TABLES.tables:
    for cell in table.cells:
        values = (
            {float(cell.value), 100 * float(cell.value)} if table.is_share else {float(cell.value)}
        )
        FIGURES_UNDER.setdefault(cell.label, set()).update(values)


def chart(chance: random.Random) -> dict[str, Any]:
    """Points of the figures, and one that is none of them."""
    label = chance.choice(list(FIGURES_UNDER))
    while True:
        value = chance.choice([round(chance.random(), 3), chance.randrange(100), 12345])
        if all(
            abs(value - figure) > 0.6 and abs(value - figure / 100) > 0.006
            for figure in FIGURES_UNDER[label]
        ):
            break
    unknown = chance.choice(["Thermodynamics", "Student 40", "Last year", "2019", "Forecast"])
    points = [
        {"label": one, "value": min(FIGURES_UNDER[one])}
        for one in chance.sample(list(FIGURES_UNDER), 3)
    ]
    points.insert(chance.randrange(4), {"label": chance.choice([label, unknown]), "value": value})
    return {"type": "chart", "chartType": "bar", "title": "Answer", "data": points}


def test_no_invented_point_is_drawn() -> None:
    for seed in range(ANSWERS):
        made = chart(random.Random(seed))
        assert len(faults_of_chart(ChartSpec.model_validate(made), TABLES)) == 1, made
