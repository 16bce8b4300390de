"""The quality gate: what it catches, what it lets through, what it repairs."""

import json
from collections import Counter
from random import Random
from typing import Any

import pytest

from learning.flashcards import CardsAnswer
from learning.gate.card_gate import gate_cards
from learning.gate.quiz_gate import gate_quiz, spread_keys
from learning.gate.quiz_rules import emphasised, key_is_longest
from learning.quiz import QuizAnswer, QuizQuestion
from stemcore.answers import UnusableAnswer, read_answer
from tests.learning import flawed
from tests.learning.flawed import CARD_FLAWS, QUIZ_FLAWS, VARIANTS
from tests.learning.items import clean_cards, clean_questions

CAUGHT = 0.95
FALSE_ALARMS = 0.05


def gated_quiz(items: list[dict[str, Any]]) -> tuple[list[QuizQuestion], dict[str, int]]:
    """What the whole way from text to gate makes of items."""
    try:
        answer = read_answer(json.dumps({"questions": items}), QuizAnswer, "quiz")
    except UnusableAnswer as unusable:
        return [], dict.fromkeys(unusable.faults, 1)
    gated = gate_quiz(answer)
    return list(gated.items), dict(gated.findings)


@pytest.mark.parametrize("rule", QUIZ_FLAWS)
def test_it_keeps_out_flawed_questions(rule: str) -> None:
    answers = QUIZ_FLAWS[rule]()
    assert len(answers) >= VARIANTS - 1
    let_through = [items[-1] for items in answers if len(gated_quiz(items)[0]) != len(items) - 1]
    assert len(let_through) <= (1 - CAUGHT) * len(answers), let_through


@pytest.mark.parametrize("rule", CARD_FLAWS)
def test_it_keeps_out_flawed_cards(rule: str) -> None:
    answers = CARD_FLAWS[rule]()
    let_through = []
    for items in answers:
        try:
            answer = read_answer(json.dumps({"cards": items}), CardsAnswer, "flashcards")
            passed = len(gate_cards(answer).items)
        except UnusableAnswer:
            passed = 0
        let_through += [items[-1]] if passed != len(items) - 1 else []
    assert len(answers) == VARIANTS
    assert len(let_through) <= (1 - CAUGHT) * len(answers), let_through


def test_it_names_the_rule_that_was_broken() -> None:
    clean = clean_questions()[-1].model_dump()
    for rule, flaws in QUIZ_FLAWS.items():
        items, findings = gated_quiz([*flaws()[0], clean])
        assert rule in findings
        assert items


def test_it_puts_negations_into_capitals() -> None:
    answers = flawed.negative_stem()
    repaired = [gated_quiz(items)[0] for items in answers]
    missed = [
        items[0]["question"]
        for items, questions in zip(answers, repaired, strict=True)
        if not questions or not any(word.isupper() for word in questions[0].question.split()[1:])
    ]
    assert len(missed) <= (1 - CAUGHT) * VARIANTS, missed


@pytest.mark.parametrize(
    "stem",
    [
        "Which of these is NOT a metal?",
        "Which of these is **not** a metal?",
        "If a body does not accelerate, which force acts on it?",
        "What happens to a wave that does not lose energy?",
        "Why does ice not sink in water?",
        "Which gas is released when a plant is not in the light?",
    ],
)
def test_it_leaves_other_negations_alone(stem: str) -> None:
    assert emphasised(stem) == stem


def test_it_breaks_up_sets_in_which_the_longest_choice_is_mostly_the_key() -> None:
    for items in flawed.longest_key():
        questions, findings = gated_quiz(items)
        assert findings["longest_key"] >= 1
        assert sum(map(key_is_longest, questions)) * 2 <= len(questions) or len(questions) < 3


def test_it_raises_few_false_alarms_on_clean_items() -> None:
    questions, cards = clean_questions(), clean_cards()
    passed_questions = gate_quiz(QuizAnswer(questions=questions))
    passed_cards = gate_cards(CardsAnswer(cards=cards))
    alarms = sum(passed_questions.findings.values()) + sum(passed_cards.findings.values())
    assert len(questions) + len(cards) >= 200
    assert alarms <= FALSE_ALARMS * (len(questions) + len(cards))
    assert passed_questions.items


def test_it_judges_further_items_beside_those_accepted_before() -> None:
    first, second = clean_questions()[:2]
    again = first.model_copy(update={"question": first.question.upper()})
    gated = gate_quiz(QuizAnswer(questions=[again, second]), [first])
    assert gated.items == (second,)
    assert gated.findings == {"alike_stems": 1}


def test_keys_are_spread_evenly_over_the_four_places() -> None:
    random, counts = Random(11), Counter[int]()
    questions = clean_questions()
    for start in range(250):
        four = [questions[(4 * start + offset) % len(questions)] for offset in range(4)]
        spread = spread_keys(four, random)
        counts.update(question.choices.index(question.answer) for question in spread)
    assert sum(counts.values()) == 1000
    assert chi_square(counts) < CRITICAL


def test_keys_of_single_questions_are_spread_evenly_too() -> None:
    random, counts = Random(12), Counter[int]()
    question = clean_questions()[0]
    for _ in range(1000):
        (spread,) = spread_keys([question], random)
        counts[spread.choices.index(spread.answer)] += 1
    assert chi_square(counts) < CRITICAL


CRITICAL = 16.27
"""Chi-square with three degrees of freedom exceeds this with probability 0.001."""


def chi_square(counts: Counter[int]) -> float:
    expected = sum(counts.values()) / 4
    return sum((counts[place] - expected) ** 2 / expected for place in range(4))


def test_spreading_keeps_choices_and_answer() -> None:
    questions = clean_questions()
    for before, after in zip(questions, spread_keys(questions, Random(1)), strict=True):
        assert sorted(after.choices) == sorted(before.choices)
        assert after.answer == before.answer


@pytest.mark.parametrize(
    "phrase",
    [
        "Alle der genannten Antworten",
        "Keine der obigen",
        "Todas las anteriores",
        "Ninguna de las anteriores",
        "Toutes les réponses",
        "Aucune de ces réponses",
    ],
)
def test_it_knows_all_of_the_above_in_other_languages(phrase: str) -> None:
    item = clean_questions()[0].model_dump()
    items = [{**item, "choices": [item["answer"], "a b", "c d", phrase]}]
    assert gated_quiz(items)[0] == []


def test_it_lets_items_in_other_scripts_through() -> None:
    item = {
        "question": "光合作用在细胞的哪个部分进行？",
        "choices": ["叶绿体", "线粒体", "细胞核", "核糖体"],
        "answer": "叶绿体",
        "explanation": "类囊体膜上的色素吸收光能，基质中的酶固定二氧化碳。",
    }
    assert len(gated_quiz([item])[0]) == 1
    cards = {"cards": [{"front": "エンザイムとは", "back": "反応を速めるタンパク質です。"}]}
    answer = read_answer(json.dumps(cards), CardsAnswer, "flashcards")
    assert len(gate_cards(answer).items) == 1
