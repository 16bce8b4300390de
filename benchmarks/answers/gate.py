"""What a quiz or a deck costs after the model has answered: reading, guarding, judging.

    .venv/bin/python -m benchmarks.answers.gate

takes about ten seconds. CPU milliseconds of this process, the least of several rounds, so that
other work on the machine counts little. The answers are made of the tests' good items; in the
large ones, which no honest model sends, every item is another.
"""

import json
import time
from collections.abc import Callable
from random import Random
from typing import Any

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.figures import figure, tell
from learning.activity_generation import CARDS, QUIZ, ActivityWanted, quiz_prompt
from learning.flashcards import CardsAnswer
from learning.gate.quiz_gate import spread_keys
from learning.generation import texts_of
from learning.items import Wish
from learning.quiz import QuizAnswer, QuizQuestion
from stemcore.answers import read_answer, refuse_leak
from tests.learning.items import clean_cards, clean_questions

ROUNDS = 20
WANTED = ActivityWanted(
    "Physics 9b", 20, "A quiz on all topics.", "Motion. " * 400, "Text. " * 4000
)


def cpu_ms(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    work()
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times) * 1000


def questions(count: int) -> list[dict[str, Any]]:
    """Questions of the tests, numbered anew where there are too few of them."""
    items = [question.model_dump() for question in clean_questions()]
    return [
        {**items[n % len(items)], "question": f"({n}) {items[n % len(items)]['question']}"}
        for n in range(count)
    ]


def cards(count: int) -> list[dict[str, Any]]:
    items = [card.model_dump() for card in clean_cards()]
    return [
        {**items[n % len(items)], "front": f"{items[n % len(items)]['front']} ({n})"}
        for n in range(count)
    ]


def quiz_of_twenty() -> dict[str, float]:
    text = json.dumps({"questions": questions(20)})
    answer = read_answer(text, QuizAnswer, "quiz")
    prompt = quiz_prompt(WANTED, Wish[QuizQuestion](20))
    judged = QUIZ.gate(answer, ()).judged
    return {
        "prompt": cpu_ms(lambda: quiz_prompt(WANTED, Wish[QuizQuestion](20))),
        "read and validate": cpu_ms(lambda: read_answer(text, QuizAnswer, "quiz")),
        "leak guard": cpu_ms(lambda: refuse_leak(prompt, texts_of(answer.model_dump()), "quiz")),
        "gate": cpu_ms(lambda: QUIZ.gate(answer, ())),
        "choose and spread": cpu_ms(
            lambda: spread_keys([one.item for one in QUIZ.chosen(judged, 20)], Random(1))
        ),
    }


def flood(kind: str, items: list[dict[str, Any]]) -> float:
    text = json.dumps({kind: items})
    if kind == "questions":
        return cpu_ms(lambda: QUIZ.gate(read_answer(text, QuizAnswer, "quiz"), ()), rounds=3)
    return cpu_ms(lambda: CARDS.gate(read_answer(text, CardsAnswer, "flashcards"), ()), rounds=3)


def main() -> None:
    parts = quiz_of_twenty()
    figures = [figure(f"a quiz of 20, {name}", "ms CPU", ms) for name, ms in parts.items()]
    together = figure("a quiz of 20, together", "ms CPU", sum(parts.values()), 10)
    many = figure("400 questions, read and judged", "ms CPU", flood("questions", questions(400)))
    more = figure("8,300 cards, read and judged", "ms CPU", flood("cards", cards(8300)))
    tell("gate", "python -m benchmarks.answers.gate", [*figures, together, many, more])


if __name__ == "__main__":
    main()
