"""Answers without a model, one maker for each kind of answer that the features ask for."""

from collections.abc import Callable, Mapping
from typing import Any

from stemcore.providers.offline.prompt import PromptContent, Statement
from stemcore.providers.offline.words import best_match, key_term

Json = dict[str, Any]

UNKNOWN = "The class materials that I was given do not answer this question."
SPARE_CHOICES = ("equilibrium", "gradient", "catalyst", "frequency", "density", "velocity")
COLORS = ("#2563eb", "#dc2626", "#16a34a")


def plain_answer(content: PromptContent) -> str:
    """The statement that fits the question best, or the question's own best sentence."""
    found = _best(content)
    return found.text if found else UNKNOWN


def chat_answer(content: PromptContent) -> Json:
    found = _best(content)
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


def quiz(content: PromptContent) -> Json:
    items = _terms(content)[: content.wanted]
    terms = [term for term, _ in _terms(content)]
    return {"questions": [_question(n, *item, terms) for n, item in enumerate(items)]}


def flashcards(content: PromptContent) -> Json:
    items = _terms(content)[: content.wanted]
    return {
        "cards": [
            {"front": f"What does the class material say about {term}?", "back": statement.text}
            for term, statement in items
        ]
    }


def blueprint(content: PromptContent) -> Json:
    items = _terms(content)[:4]
    keys = [f"topic-{n}" for n in range(1, len(items) + 1)]
    return {
        "schemaVersion": "v2",
        "summary": plain_answer(content) if not items else items[0][1].text,
        "assumptions": [],
        "uncertaintyNotes": ["Made offline, without a language model."],
        "qualityRubric": None,
        "topics": [_topic(n, term, statement, keys) for n, (term, statement) in enumerate(items)],
    }


def canvas_chart(content: PromptContent) -> Json:
    counted = [(term, len(statement.text.split())) for term, statement in _terms(content)[:5]]
    return {
        "type": "chart",
        "chartType": "bar",
        "title": "Words said about each term",
        "data": [{"label": term, "value": count} for term, count in counted or [("none", 0)]],
    }


def canvas_diagram(content: PromptContent) -> Json:
    terms = [term for term, _ in _terms(content)[:4]] or ["idea"]
    nodes = [f"  n{n}[{term}]" for n, term in enumerate(terms)]
    arrows = [f"  n{n} --> n{n + 1}" for n in range(len(terms) - 1)]
    definition = "\n".join(["flowchart TD", *nodes, *arrows])
    return {
        "type": "diagram",
        "diagramType": "flowchart",
        "definition": definition,
        "title": "How the terms follow each other",
    }


def canvas_wave(_: PromptContent) -> Json:
    wave = {"label": "Wave 1", "amplitude": 1.0, "frequency": 1.0, "color": COLORS[0]}
    return {"type": "wave", "title": "A wave", "waves": [wave]}


def canvas_vector(_: PromptContent) -> Json:
    vector = {"label": "Vector 1", "magnitude": 2.0, "angleDeg": 45, "color": COLORS[0]}
    return {"type": "vector", "title": "A vector", "vectors": [vector]}


MAKERS: Mapping[str, Callable[[PromptContent], Json]] = {
    "chat_answer": chat_answer,
    "quiz": quiz,
    "flashcards": flashcards,
    "blueprint": blueprint,
    "canvas_chart": canvas_chart,
    "canvas_diagram": canvas_diagram,
    "canvas_wave": canvas_wave,
    "canvas_vector": canvas_vector,
}
"""Maker by the name of the answer's schema."""


def _best(content: PromptContent) -> Statement | None:
    if not content.statements:
        return None
    index, score = best_match(content.question, [item.text for item in content.statements])
    return content.statements[index] if score > 0 else None


def _terms(content: PromptContent) -> list[tuple[str, Statement]]:
    """Each statement with a term of its own, in the order of the context."""
    found: dict[str, tuple[str, Statement]] = {}
    for statement in content.statements:
        term = key_term(statement.text)
        if term:
            found.setdefault(term.lower(), (term, statement))
    return list(found.values())


def _question(number: int, term: str, statement: Statement, terms: list[str]) -> Json:
    others = [other for other in (*terms, *SPARE_CHOICES) if other.lower() != term.lower()]
    # Another start for each question, so that they do not all offer the same wrong choices.
    start = number % max(1, len(others) - 2)
    choices = others[start : start + 3]
    choices.insert(number % 4, term)
    return {
        "question": f"Which word is missing? “{statement.text.replace(term, '____')}”",
        "choices": choices,
        "answer": term,
        "explanation": f"The class material says: “{statement.text}”",
    }


def _topic(index: int, term: str, statement: Statement, keys: list[str]) -> Json:
    evidence = (
        [{"sourceLabel": statement.label, "rationale": "It treats this topic."}]
        if statement.label
        else []
    )
    objective = {
        "statement": f"Explain {term} in your own words.",
        "level": "understand",
        "masteryCriteria": None,
        "misconceptionAddressed": None,
        "evidence": evidence,
    }
    return {
        "key": keys[index],
        "title": term[:1].upper() + term[1:],
        "description": statement.text,
        "section": None,
        "sequence": index + 1,
        "prerequisites": keys[index - 1 : index] if index else [],
        "objectives": [objective],
        "assessmentIdeas": [f"Ask for an example of {term}."],
        "misconceptionFlags": [],
        "evidence": evidence,
    }
