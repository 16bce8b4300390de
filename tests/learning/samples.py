"""Valid answers of every schema, rich enough to lose something when they are broken."""

import json
from typing import Any

from tests.learning.items import clean_cards, clean_questions
from tests.stubs.steps import Step, answer

Payload = dict[str, Any]

BLUEPRINT: Payload = {
    "schemaVersion": "v2",
    "summary": "Motion and forces, up to $F = m \\cdot a$.",
    "assumptions": ["Students can solve linear equations."],
    "uncertaintyNotes": ["Friction is barely treated."],
    "qualityRubric": {
        "coverageCompleteness": "high",
        "logicalProgression": "medium",
        "evidenceGrounding": "low",
        "notes": ["Two pages could not be read."],
    },
    "topics": [
        {
            "key": "motion",
            "title": "Uniform motion",
            "description": "Velocity as $\\Delta x / \\Delta t$.",
            "section": "Mechanics",
            "sequence": 1,
            "prerequisites": [],
            "objectives": [
                {
                    "statement": "Compute velocities.",
                    "level": "apply",
                    "masteryCriteria": "Four of five right.",
                    "misconceptionAddressed": None,
                    "evidence": [{"sourceLabel": "Source 1", "rationale": "Defines it."}],
                }
            ],
            "assessmentIdeas": ["Measure a walk."],
            "misconceptionFlags": ["Velocity is taken for acceleration."],
            "evidence": [{"sourceLabel": "Source 1", "rationale": "Its first page."}],
        },
        {
            "key": "forces",
            "title": "Forces",
            "description": None,
            "section": None,
            "sequence": 2,
            "prerequisites": ["motion"],
            "objectives": [
                {
                    "statement": "Explain inertia.",
                    "level": "understand",
                    "masteryCriteria": None,
                    "misconceptionAddressed": "Motion needs a force.",
                    "evidence": [],
                }
            ],
            "assessmentIdeas": ["Draw the forces on a cart."],
            "misconceptionFlags": [],
            "evidence": [],
        },
    ],
}
QUIZ: Payload = {"questions": [question.model_dump() for question in clean_questions()[:5]]}
CARDS: Payload = {"cards": [card.model_dump() for card in clean_cards()[:5]]}
CHAT: Payload = {
    "answer": "The force is $m \\cdot \\alpha$, as the unit says.",
    "safety": "ok",
    "citations": [{"sourceLabel": "Source 1 | Mechanics | page 2", "rationale": "Defines it."}],
    "confidence": "high",
    "canvas_hint": {"type": "chart", "concept": "growth", "title": "Growth"},
}
CHART: Payload = {
    "type": "chart",
    "chartType": "bar",
    "title": "Speeds",
    "data": [{"label": "walk", "value": 1.5}, {"label": "run", "value": 4}],
    "xLabel": "gait",
    "yLabel": "m/s",
}
DIAGRAM: Payload = {
    "type": "diagram",
    "diagramType": "flowchart",
    "definition": "flowchart LR; A[Light] --> B[Chlorophyll]; B -->|excites| C[Electron]",
    "title": "Light",
}
WAVE: Payload = {
    "type": "wave",
    "title": "Beats",
    "waves": [
        {"label": "first", "amplitude": 1, "frequency": 2.5, "color": "#3b82f6"},
        {"label": "second", "amplitude": 0.5, "frequency": 3, "color": "#ef4444"},
    ],
}
VECTOR: Payload = {
    "type": "vector",
    "title": "Forces",
    "vectors": [{"label": "pull", "magnitude": 2.5, "angleDeg": 30, "color": "#10b981"}],
    "gridSize": 10,
}


CHART_WITHOUT_DATA: Payload = {
    "type": "chart",
    "chartType": "bar",
    "title": "No data available",
    "data": [{"label": "No data", "value": 0}],
}


def step(payload: Payload, **kwargs: Any) -> Step:
    """A provider's success with this answer."""
    return answer(json.dumps(payload), **kwargs)
