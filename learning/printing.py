"""Generated content as text that reads well on a terminal."""

from learning.blueprint import BlueprintAnswer, BlueprintTopic
from learning.flashcards import CardsAnswer
from learning.generation import Quality
from learning.quiz import QuizAnswer, QuizQuestion


def blueprint_text(blueprint: BlueprintAnswer) -> str:
    parts = [blueprint.summary, *map(_topic_text, blueprint.topics)]
    parts += [_list("Assumptions", blueprint.assumptions)]
    parts += [_list("Uncertain", blueprint.uncertainty_notes)]
    return "\n\n".join(filter(None, parts))


def _topic_text(topic: BlueprintTopic) -> str:
    after = f"  (after {', '.join(topic.prerequisites)})" if topic.prerequisites else ""
    lines = [f"{topic.sequence}. {topic.title} [{topic.key}]{after}"]
    lines += [f"   {topic.description}"] if topic.description else []
    for objective in topic.objectives:
        lines.append(f"   - {objective.statement} ({objective.level or 'no level'})")
    lines += [f"   ? {idea}" for idea in topic.assessment_ideas]
    return "\n".join(lines)


def _list(name: str, texts: list[str]) -> str:
    return "\n".join([f"{name}:", *(f"- {text}" for text in texts)]) if texts else ""


def quiz_text(quiz: QuizAnswer) -> str:
    return "\n\n".join(
        _question_text(number, question) for number, question in enumerate(quiz.questions, start=1)
    )


def _question_text(number: int, question: QuizQuestion) -> str:
    choices = [
        f"   {'*' if choice == question.answer else ' '} {letter}) {choice}"
        for letter, choice in zip("ABCD", question.choices, strict=True)
    ]
    return "\n".join([f"{number}. {question.question}", *choices, f"   {question.explanation}"])


def cards_text(deck: CardsAnswer) -> str:
    return "\n\n".join(
        f"{number}. {card.front}\n   {card.back}" for number, card in enumerate(deck.cards, start=1)
    )


def quality_text(quality: Quality) -> str:
    found = ", ".join(
        f"{name.replace('_', ' ')}: {count}" for name, count in quality.findings.items()
    )
    return f"{quality.returned} of {quality.asked} asked for. The gate found {found or 'nothing'}."
