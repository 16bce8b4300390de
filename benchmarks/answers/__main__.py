"""What it costs to read an answer: the reader alone, and the whole of a quiz and a deck of cards.

    python -m benchmarks.answers [--rounds 20]

For each kind of answer the least and the median CPU milliseconds of some rounds, in one thread,
beside the aims: 100 KB in 20 ms, 5 MB in 250 ms. The least is the figure to compare, for the
median shows what else the machine did. Takes about half a minute.
"""

import argparse
import contextlib
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.figures import figure, tell
from learning.flashcards import CardsAnswer
from learning.quiz import QuizAnswer
from stemcore.answers import Answer, UnusableAnswer, read_answer
from tests.malformed import (
    comments,
    fenced,
    noise,
    single_backslashes,
    smart_quotes,
    trailing_commas,
)

RNG = random.Random(7)


@dataclass(frozen=True)
class Subject:
    """An answer to read. `aim_ms` is None where none was set."""

    name: str
    text: str
    model: type[Answer]
    aim_ms: float | None = None


def quiz(count: int) -> dict[str, Any]:
    questions = [
        {
            "question": f"Which force acts on a body of {n} kg at $a = {n}.5\\,\\mathrm{{m/s^2}}$?",
            "explanation": f"By $F = m a$ it is {n} kg times {n}.5 m/s², as the class saw.",
            "choices": [f"${n + k}.{k} \\cdot {n}$ N, along the motion" for k in range(4)],
            "answer": f"${n}.0 \\cdot {n}$ N, along the motion",
        }
        for n in range(count)
    ]
    return {"questions": questions}


def cards(count: int) -> dict[str, Any]:
    back = "An angle $\\theta$, in radians, of the motion around the axis named above. " * 2
    return {"cards": [{"front": f"What is term {n}?", "back": back} for n in range(count)]}


def subjects() -> list[Subject]:
    small, large = cards(600), cards(30_000)
    sizes = f"{len(json.dumps(small)) // 1000} KB"
    found = [
        Subject("quiz of 20, valid", json.dumps(quiz(20)), QuizAnswer, 10),
        Subject("quiz of 20, single backslashes", single_backslashes(quiz(20), RNG), QuizAnswer),
        Subject("quiz of 20, trailing commas", trailing_commas(quiz(20), RNG), QuizAnswer),
        Subject("30 cards, fenced", fenced(cards(30), RNG), CardsAnswer),
    ]
    flaws: dict[str, str] = {
        "valid": json.dumps(small),
        "cut off": json.dumps(small)[:-40],
        "trailing commas": trailing_commas(small, RNG),
        "smart quotes": smart_quotes(small, RNG),
        "comments": comments(small, RNG),
        "single backslashes": single_backslashes(small, RNG),
    }
    found += [Subject(f"{sizes}, {name}", text, CardsAnswer, 20) for name, text in flaws.items()]
    megabytes: dict[str, str] = {
        "valid": json.dumps(large),
        "cut off": json.dumps(large)[:-40],
        "after noise": noise(RNG, 5_000_000) + json.dumps(cards(5)),
        "only quotes": '"' * 5_000_000,
        "only openers": '{"cards":[' * 500_000,
    }
    return found + [
        Subject(f"{len(text) // 1_000_000} MB, {name}", text, CardsAnswer, 250)
        for name, text in megabytes.items()
    ]


def read(subject: Subject) -> None:
    with contextlib.suppress(UnusableAnswer):
        read_answer(subject.text, subject.model, "benchmark")


def cpu_ms(work: Callable[[], None], rounds: int) -> list[float]:
    taken = []
    for _ in range(rounds):
        start = time.thread_time()
        work()
        taken.append((time.thread_time() - start) * 1000)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20, help="rounds, fewer for megabytes")
    rounds = parser.parse_args().rounds
    figures = []
    for subject in subjects():
        few = max(2, rounds // 8) if len(subject.text) > 1_000_000 else rounds
        taken = cpu_ms(lambda subject=subject: read(subject), few)  # type: ignore[misc]  # mypy infers no lambda with a default
        figures.append(figure(subject.name, "ms CPU", taken, subject.aim_ms))
    tell("answers", f"python -m benchmarks.answers --rounds {rounds}", figures)


if __name__ == "__main__":
    main()
