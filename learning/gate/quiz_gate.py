"""The gate of quizzes: no flawed question reaches a student."""

from collections.abc import Iterable, Sequence
from random import Random

from learning.gate.findings import Gated, counted
from learning.gate.quiz_rules import (
    FATAL,
    are_alike,
    emphasised,
    key_is_longest,
    negative_stem,
)
from learning.quiz import CHOICES, QuizAnswer, QuizQuestion

MOST_NEEDS = 3
"""Of fewer questions none can be said of most."""


def gate_quiz(answer: QuizAnswer, before: Sequence[QuizQuestion] = ()) -> Gated[QuizQuestion]:
    """The questions of an answer that keep every rule, alone and beside those accepted `before`.

    Negations are put in capitals; everything else that breaks a rule is left out and counted.
    """
    found = list(answer.dropped)
    passed: list[QuizQuestion] = []
    for question in answer.questions:
        broken = broken_rules(question, [*before, *passed])
        found += broken
        if not broken:
            found += ["negative_stem"] if negative_stem(question) else []
            passed.append(_repaired(question))
    kept = without_telling_lengths(before, passed)
    found += ["longest_key"] * (len(passed) - len(kept))
    return Gated(tuple(kept), counted(found))


def broken_rules(question: QuizQuestion, others: Sequence[QuizQuestion]) -> list[str]:
    """The names of the rules that keep a question out, beside others that are in."""
    broken = [name for name, breaks in FATAL.items() if breaks(question)]
    if any(are_alike(question, other) for other in others):
        broken.append("alike_stems")
    return broken


def _repaired(question: QuizQuestion) -> QuizQuestion:
    return question.model_copy(update={"question": emphasised(question.question)})


def without_telling_lengths(
    before: Sequence[QuizQuestion], questions: Sequence[QuizQuestion]
) -> list[QuizQuestion]:
    """The questions without those because of which the longest choice is the key in most."""
    kept = list(questions)
    while True:
        together = [*before, *kept]
        telling = [question for question in kept if key_is_longest(question)]
        count = sum(map(key_is_longest, together))
        if len(together) < MOST_NEEDS or count * 2 <= len(together) or not telling:
            return kept
        kept.remove(telling[-1])


def spread_keys(questions: Iterable[QuizQuestion], random: Random) -> list[QuizQuestion]:
    """The questions with their keys spread evenly over the four places, in random order."""
    questions = list(questions)
    places: list[int] = []
    while len(places) < len(questions):
        places += random.sample(range(CHOICES), CHOICES)
    return [
        question.model_copy(update={"choices": _with_key_at(place, question)})
        for question, place in zip(questions, places, strict=False)
    ]


def _with_key_at(place: int, question: QuizQuestion) -> list[str]:
    choices = [choice for choice in question.choices if choice != question.answer]
    return [*choices[:place], question.answer, *choices[place:]]
