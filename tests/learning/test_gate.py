"""The quality gate: what it keeps out, what it only marks, what it repairs and lets through."""

import json
from collections import Counter
from random import Random
from typing import Any

import pytest

from learning.flashcards import Card, CardsAnswer
from learning.gate.card_gate import gate_cards
from learning.gate.findings import Gated, Judged
from learning.gate.negation import emphasised
from learning.gate.quiz_cues import key_is_longest
from learning.gate.quiz_gate import gate_quiz, spread_keys, with_telling_lengths
from learning.quiz import QuizAnswer, QuizQuestion
from stemcore.answers import UnusableAnswer, read_answer
from tests.learning import flawed
from tests.learning.flawed import CARD_CUES, CARD_FLAWS, QUIZ_CUES, QUIZ_FLAWS, VARIANTS
from tests.learning.items import Item, clean_cards, clean_questions, sets_of

CAUGHT = 0.95
KEPT = 0.99
FALSE_ALARMS = 0.05


def gated_quiz(items: list[Item]) -> Gated[QuizQuestion]:
    """What the whole way from text to gate makes of items."""
    try:
        answer = read_answer(json.dumps({"questions": items}), QuizAnswer, "quiz")
    except UnusableAnswer as unusable:
        return Gated((), dict.fromkeys(unusable.faults, 1))
    return gate_quiz(answer)


def gated_cards(items: list[Item]) -> Gated[Card]:
    try:
        answer = read_answer(json.dumps({"cards": items}), CardsAnswer, "flashcards")
    except UnusableAnswer as unusable:
        return Gated((), dict.fromkeys(unusable.faults, 1))
    return gate_cards(answer)


def let_through(gate: Any, answers: list[list[Item]]) -> list[Item]:
    """The flawed items, the last of each answer, that a gate lets through."""
    return [items[-1] for items in answers if len(gate(items).judged) != len(items) - 1]


@pytest.mark.parametrize("rule", QUIZ_FLAWS)
def test_it_keeps_out_questions_that_break_a_hard_rule(rule: str) -> None:
    answers = QUIZ_FLAWS[rule]()
    assert len(answers) == VARIANTS
    missed = let_through(gated_quiz, answers)
    assert len(missed) <= (1 - CAUGHT) * len(answers), missed


@pytest.mark.parametrize("rule", CARD_FLAWS)
def test_it_keeps_out_cards_that_break_a_hard_rule(rule: str) -> None:
    answers = CARD_FLAWS[rule]()
    assert len(answers) == VARIANTS
    missed = let_through(gated_cards, answers)
    assert len(missed) <= (1 - CAUGHT) * len(answers), missed


def test_it_names_the_hard_rule_that_was_broken() -> None:
    clean = clean_questions()[-1].model_dump()
    for rule, flaws in QUIZ_FLAWS.items():
        gated = gated_quiz([*flaws()[0], clean])
        assert rule in gated.findings
        assert gated.judged


@pytest.mark.parametrize("cue", QUIZ_CUES)
def test_it_marks_questions_with_a_wording_cue_and_keeps_them(cue: str) -> None:
    gated = [gated_quiz(items) for items in QUIZ_CUES[cue]()]
    assert all(len(one.judged) == 1 for one in gated)
    missed = [one.items for one in gated if cue not in one.judged[0].cues]
    assert len(missed) <= (1 - CAUGHT) * len(gated), missed


def test_it_marks_cards_that_repeat_their_front_and_keeps_them() -> None:
    gated = [gated_cards(items) for items in CARD_CUES["back_repeats_front"]()]
    missed = [one.items for one in gated if "back_repeats_front" not in one.judged[0].cues]
    assert len(missed) <= (1 - CAUGHT) * len(gated), missed


# Good items ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tuning", "held_out", "held_out_2"])
def test_it_keeps_good_stem_items(name: str) -> None:
    lost, marked, total = [], 0, 0
    for items in sets_of(name).values():
        field = "front" if "front" in items[0] else "question"
        gated: Gated[Any] = (gated_cards if field == "front" else gated_quiz)(items)
        kept = {getattr(one.item, field).casefold() for one in gated.judged}
        lost += [item for item in items if item[field].casefold() not in kept]
        marked += sum(bool(one.cues) for one in gated.judged)
        total += len(items)
    assert len(lost) <= (1 - KEPT) * total, lost
    assert marked <= FALSE_ALARMS * total


def test_it_raises_few_false_alarms_on_clean_items() -> None:
    questions = gate_quiz(QuizAnswer(questions=clean_questions()[:60]))
    cards = gate_cards(CardsAnswer(cards=clean_cards()))
    alarms = sum(questions.findings.values()) + sum(cards.findings.values())
    assert len(questions.judged) + len(cards.judged) > 100
    assert alarms <= FALSE_ALARMS * (len(questions.judged) + len(cards.judged))


# Repairs ------------------------------------------------------------------------------------------


def test_it_puts_negations_into_capitals() -> None:
    answers = flawed.negative_stem()
    repaired = [gated_quiz(items).items for items in answers]
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
        "What does `not x` mean?",
        "What is $not$ in `x is not y`, and what does `cannot` do?",
    ],
)
def test_it_leaves_other_negations_alone(stem: str) -> None:
    assert emphasised(stem) == stem


@pytest.mark.parametrize(
    ("explanation", "repaired"),
    [
        ("Option B is right, as the unit shows.", "“joule” is right, as the unit shows."),
        ("The answer (A) follows from a = F/m.", "The “newton” follows from a = F/m."),
        ("Unlike the second option, it has kg.", "Unlike “joule”, it has kg."),
        ("Choices C and D mix up energies.", "“watt” and “pascal” mix up energies."),
        ("(D) is a pressure, not a force.", "“pascal” is a pressure, not a force."),
        ("Vitamin A is irrelevant here.", "Vitamin A is irrelevant here."),
        ("`option A` and option A differ.", "`option A` and “newton” differ."),
        ("The answer 4 m comes from doubling.", "The answer 4 m comes from doubling."),
    ],
)
def test_it_names_choices_by_their_text_where_an_explanation_named_a_place(
    explanation: str, repaired: str
) -> None:
    item = {
        "question": "What is the SI unit of force?",
        "choices": ["newton", "joule", "watt", "pascal"],
        "answer": "newton",
        "explanation": explanation,
    }
    (question,) = gated_quiz([item]).items
    assert question.explanation == repaired


# Sets ---------------------------------------------------------------------------------------------


def test_in_a_set_at_most_half_of_the_keys_are_the_longest_choice_unmarked() -> None:
    for items in flawed.longest_key():
        judged = with_telling_lengths(gated_quiz(items).judged, len(items))
        unmarked = [one.item for one in judged if "longest_key" not in one.cues]
        assert len(judged) == 4
        assert sum(map(key_is_longest, unmarked)) == 2


@pytest.mark.parametrize(("count", "marked"), [(1, 0), (2, 1), (3, 2)])
def test_the_cue_of_the_longest_key_holds_down_to_two_questions(count: int, marked: int) -> None:
    (_, *telling), *_ = flawed.longest_key()
    judged = with_telling_lengths(gated_quiz(telling[:count]).judged, count)
    assert ["longest_key" in one.cues for one in judged].count(True) == marked


def test_it_judges_further_items_beside_those_accepted_before() -> None:
    first, second = clean_questions()[:2]
    again = first.model_copy(update={"question": first.question.replace("the", "THE")})
    gated = gate_quiz(QuizAnswer(questions=[again, second]), [Judged(first)])
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


def numeric(key: int) -> QuizQuestion:
    choices = ["$2$ N", "4 N", "8 N", "1,600 N"]
    return clean_questions()[0].model_copy(update={"choices": choices, "answer": choices[key]})


def test_a_number_out_of_order_is_no_sign_of_the_key() -> None:
    random, odd_ones, asked = Random(13), Counter[bool](), numeric(1)
    for _ in range(1000):
        [question] = spread_keys([asked], random)
        others = [choice for choice in question.choices if choice != question.answer]
        odd_ones[others == ["$2$ N", "8 N", "1,600 N"]] += 1
    assert odd_ones[True] < 500  # of a thousand; a fourth in order, a sixth of the others by chance


def test_numbers_stay_in_order_where_the_keys_are_spread_all_the_same() -> None:
    questions = [numeric(key) for key in (0, 1, 2, 3)] * 2
    assert spread_keys(questions, Random(14)) == questions


def test_the_questions_that_keep_their_order_are_any_of_them() -> None:
    random, firsts = Random(15), Counter[int]()
    for _ in range(200):
        first = spread_keys([numeric(0)] * 8, random)[0]
        firsts[first.choices.index(first.answer)] += 1
    assert chi_square(firsts) < CRITICAL


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
    assert gated_quiz(items).items == ()


def test_it_lets_items_in_other_scripts_through() -> None:
    item = {
        "question": "光合作用在细胞的哪个部分进行？",
        "choices": ["叶绿体", "线粒体", "细胞核", "核糖体"],
        "answer": "叶绿体",
        "explanation": "类囊体膜上的色素吸收光能，基质中的酶固定二氧化碳。",
    }
    assert len(gated_quiz([item]).items) == 1
    cards = {"cards": [{"front": "エンザイムとは", "back": "反応を速めるタンパク質です。"}]}
    answer = read_answer(json.dumps(cards), CardsAnswer, "flashcards")
    assert len(gate_cards(answer).items) == 1
