"""The gate of quizzes: hard rules keep questions out, wording cues only rank them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

from learning.gate.findings import Gated, Judged, counted
from learning.gate.negation import emphasised
from learning.gate.positions import with_choices_named
from learning.gate.quiz_cues import CUES, key_is_longest
from learning.gate.sameness import comparable, stem_key
from learning.gate.text import Gist
from learning.quiz import CHOICES, MAX_QUESTIONS, QuizAnswer, QuizQuestion
from stemcore.answers.numbers import number_in

MOST_JUDGED = 3 * MAX_QUESTIONS
"""Of a longer answer the first ones are judged; nobody asks for more than MAX_QUESTIONS."""

FEWEST = 2
"""Of a single question none can be said of most."""

_SIMILAR = 0.75


def gate_quiz(
    answer: QuizAnswer, before: Sequence[Judged[QuizQuestion]] = ()
) -> Gated[QuizQuestion]:
    """The questions of an answer that may be served beside those accepted `before`.

    Repaired where it can be: negations are put in capitals, choices named by letter are named by
    their text. Of questions that are alike the first stays.
    """
    found = list(answer.dropped)
    stems = {stem_key(one.item.question) for one in before}
    gists = _Gists(one.item for one in before)
    judged: list[Judged[QuizQuestion]] = []
    for question in answer.questions[:MOST_JUDGED]:
        key = stem_key(question.question)
        if key in stems:
            found.append("alike_stems")
            continue
        stems.add(key)
        repaired, repairs = _repaired(question)
        judged.append(Judged(repaired, _cues(repaired, gists)))
        found += (*repairs, *judged[-1].cues)
    return Gated(tuple(judged), counted(found))


def _repaired(question: QuizQuestion) -> tuple[QuizQuestion, list[str]]:
    stem = emphasised(question.question)
    explanation = with_choices_named(question.explanation, question.choices)
    repairs = ["negative_stem"] if stem != question.question else []
    repairs += ["position_reference"] if explanation != question.explanation else []
    update = {"question": stem, "explanation": explanation}
    return (question.model_copy(update=update) if repairs else question), repairs


def _cues(question: QuizQuestion, gists: "_Gists") -> tuple[str, ...]:
    cues = [name for name, gives in CUES.items() if gives(question)]
    if gists.has_similar(question):
        cues.append("similar_stems")
    return tuple(cues)


class _Gists:
    """What the questions so far ask, by answer: nobody compares all pairs."""

    def __init__(self, questions: Iterable[QuizQuestion]) -> None:
        self._by_answer: dict[str, list[Gist]] = {}
        for question in questions:
            self.has_similar(question)

    def has_similar(self, question: QuizQuestion) -> bool:
        """Whether one before asked nearly the same and had the same answer; remembers this one."""
        gist = Gist.of(question.question)
        same_answer = self._by_answer.setdefault(comparable(question.answer), [])
        similar = any(gist.likeness(other) >= _SIMILAR for other in same_answer)
        same_answer.append(gist)
        return similar


def with_telling_lengths(
    judged: Sequence[Judged[QuizQuestion]], count: int
) -> list[Judged[QuizQuestion]]:
    """The questions, a cue on those because of which the longest choice is the key in most.

    `count` of them will be served; in up to half of these the key may be the longest choice.
    """
    served = min(count, len(judged))
    left = served // 2 if served >= FEWEST else served
    marked = []
    for one in judged:
        if key_is_longest(one.item):
            left -= 1
        telling = left < 0 and key_is_longest(one.item)
        marked.append(replace(one, cues=(*one.cues, "longest_key")) if telling else one)
    return marked


def spread_keys(questions: Iterable[QuizQuestion], random: Random) -> list[QuizQuestion]:
    """The questions with their keys spread evenly over the four places.

    Numbers in ascending order stay so where that is among the places drawn. Otherwise all four are
    shuffled: of numbers in order but one, that one would be the key.
    """
    questions = list(questions)
    places: list[int] = []
    while len(places) < len(questions):
        places += random.sample(range(CHOICES), CHOICES)
    del places[len(questions) :]
    spread = dict(enumerate(questions))
    for index in random.sample(range(len(questions)), len(questions)):  # else the first ones stay
        question = questions[index]
        if _is_ascending(question.choices) and (place := _place(question)) in places:
            places.remove(place)
            del spread[index]
    random.shuffle(places)
    for (index, question), place in zip(spread.items(), places, strict=True):
        questions[index] = _with_key_at(place, question, random)
    return questions


def _is_ascending(choices: Sequence[str]) -> bool:
    numbers = [number_in(choice.replace("$", "")) for choice in choices]
    known = [number for number in numbers if number is not None]
    return len(known) == len(numbers) and known == sorted(known)


def _place(question: QuizQuestion) -> int:
    return question.choices.index(question.answer)


def _with_key_at(place: int, question: QuizQuestion, random: Random) -> QuizQuestion:
    others = [choice for choice in question.choices if choice != question.answer]
    random.shuffle(others)
    choices = [*others[:place], question.answer, *others[place:]]
    return question.model_copy(update={"choices": choices})
