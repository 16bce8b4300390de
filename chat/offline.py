"""Chat answers and canvas specs of the offline stand-in."""

from stemcore.providers.offline.makers import UNKNOWN, Json, makes
from stemcore.providers.offline.prompt import PromptContent

COLOR = "#2563eb"


@makes("chat_answer")
def chat_answer(content: PromptContent) -> Json:
    found = content.best()
    if found is None:
        return {"answer": UNKNOWN, "safety": "ok", "citations": [], "confidence": "low"}
    cited = [{"sourceLabel": found.label, "rationale": "It states this."}] if found.label else []
    where = f"{found.label} says" if found.label else "The material says"
    return {
        "answer": f"{where}: “{found.text}”",
        "safety": "ok",
        "citations": cited,
        "confidence": "medium" if cited else "low",
    }


@makes("canvas_chart")
def canvas_chart(content: PromptContent) -> Json:
    counted = [(term, len(statement.text.split())) for term, statement in content.terms()[:5]]
    return {
        "type": "chart",
        "chartType": "bar",
        "title": "Words said about each term",
        "data": [{"label": term, "value": count} for term, count in counted or [("none", 0)]],
    }


@makes("canvas_diagram")
def canvas_diagram(content: PromptContent) -> Json:
    terms = [term for term, _ in content.terms()[:4]] or ["idea"]
    nodes = [f"  n{n}[{term}]" for n, term in enumerate(terms)]
    arrows = [f"  n{n} --> n{n + 1}" for n in range(len(terms) - 1)]
    definition = "\n".join(["flowchart TD", *nodes, *arrows])
    return {
        "type": "diagram",
        "diagramType": "flowchart",
        "definition": definition,
        "title": "How the terms follow each other",
    }


@makes("canvas_wave")
def canvas_wave(_: PromptContent) -> Json:
    wave = {"label": "Wave 1", "amplitude": 1.0, "frequency": 1.0, "color": COLOR}
    return {"type": "wave", "title": "A wave", "waves": [wave]}


@makes("canvas_vector")
def canvas_vector(_: PromptContent) -> Json:
    vector = {"label": "Vector 1", "magnitude": 2.0, "angleDeg": 45, "color": COLOR}
    return {"type": "vector", "title": "A vector", "vectors": [vector]}
