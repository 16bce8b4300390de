"""Questions, cards and blueprints of the offline stand-in, made from sentences of the material."""

from stemcore.providers.offline.makers import Json, makes, plain_answer
from stemcore.providers.offline.prompt import PromptContent, Statement

SPARE_CHOICES = ("equilibrium", "gradient", "catalyst", "frequency", "density", "velocity")


@makes("quiz")
def quiz(content: PromptContent) -> Json:
    items = content.terms()[: content.wanted]
    terms = [term for term, _ in content.terms()]
    return {"questions": [_question(n, *item, terms) for n, item in enumerate(items)]}


@makes("flashcards")
def flashcards(content: PromptContent) -> Json:
    items = content.terms()[: content.wanted]
    return {
        "cards": [
            {"front": f"What does the class material say about {term}?", "back": statement.text}
            for term, statement in items
        ]
    }


@makes("blueprint")
def blueprint(content: PromptContent) -> Json:
    items = content.terms()[:4]
    keys = [f"topic-{n}" for n in range(1, len(items) + 1)]
    return {
        "schemaVersion": "v2",
        "summary": plain_answer(content) if not items else items[0][1].text,
        "assumptions": [],
        "uncertaintyNotes": ["Made offline, without a language model."],
        "qualityRubric": None,
        "topics": [_topic(n, term, statement, keys) for n, (term, statement) in enumerate(items)],
    }


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
