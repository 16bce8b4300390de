"""Clean STEM items, written for these tests: what the gate must let through."""

from pathlib import Path
from random import Random

from learning.flashcards import Card
from learning.quiz import QuizQuestion

_HERE = Path(__file__).parent


def clean_questions() -> list[QuizQuestion]:
    """The clean questions, their choices in an order that is the same in every run."""
    random = Random(7)
    questions = []
    for line in _lines("questions.txt"):
        stem, key, others, explanation = (part.strip() for part in line.split(" | "))
        choices = [key, *(other.strip() for other in others.split(";"))]
        random.shuffle(choices)
        fields = {"question": stem, "choices": choices, "answer": key, "explanation": explanation}
        questions.append(QuizQuestion.model_validate(fields))
    return questions


def clean_cards() -> list[Card]:
    """The clean cards."""
    parts = (line.split(" | ") for line in _lines("cards.txt"))
    return [Card(front=front.strip(), back=back.strip()) for front, back in parts]


def _lines(name: str) -> list[str]:
    text = (_HERE / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
