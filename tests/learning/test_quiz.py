"""What a quiz question must have, and what is read into that shape."""

import json
from typing import Any

import pytest

from learning.quiz import QuizAnswer, QuizQuestion
from stemcore.answers import UnusableAnswer, read_answer

QUESTION: dict[str, Any] = {
    "question": "What is the unit of force?",
    "choices": ["newton", "joule", "watt", "pascal"],
    "answer": "newton",
    "explanation": "One of it accelerates a kilogram by 1 m/s².",
}


def read(**changes: Any) -> QuizQuestion:
    text = json.dumps({"questions": [{**QUESTION, **changes}]})
    return read_answer(text, QuizAnswer, "quiz").questions[0]


@pytest.mark.parametrize(
    "answer", ["newton", " Newton. ", "A", "a)", "(A)", "Option A", "$newton$", "answer a"]
)
def test_it_finds_the_key_that_an_answer_names(answer: str) -> None:
    assert read(answer=answer).answer == "newton"


def test_it_takes_labels_off_the_choices() -> None:
    labelled = ["A) newton", "B) joule", "C) watt", "D) pascal"]
    question = read(choices=labelled, answer="B) joule")
    assert question.choices == ["newton", "joule", "watt", "pascal"]
    assert question.answer == "joule"


UNITS = ["newton", "joule", "watt", "pascal"]


@pytest.mark.parametrize(
    "labels",
    ["A) ", "a. ", "(b)", "B - ", "B: ", "[A] ", "**A)** ", "Option A: ", "1) ", "(1) ", "A.) "],
)
def test_it_takes_labels_of_every_kind_off_the_choices(labels: str) -> None:
    place = next(mark for mark in "ABab1" if mark in labels)
    marks = {"A": "ABCD", "B": "ABCD", "a": "abcd", "b": "abcd", "1": "1234"}[place]
    labelled = [labels.replace(place, mark) + unit for mark, unit in zip(marks, UNITS, strict=True)]
    question = read(choices=labelled, answer=labelled[2])
    assert question.choices == UNITS
    assert question.answer == "watt"


@pytest.mark.parametrize(
    "choices",
    [
        ["A - B", "B - C", "C - D", "D - A"],
        ["1: 2", "2: 3", "3: 4", "4: 5"],
        ["1 - x", "2 - x", "3 - x", "4 - x"],
        ["1.5", "2.5", "3.5", "4.5"],
        ["A", "B", "C", "D"],
    ],
)
def test_it_keeps_what_belongs_to_the_choices(choices: list[str]) -> None:
    assert read(choices=choices, answer=choices[1]).choices == choices


OBJECTS = [{"label": label, "text": unit} for label, unit in zip("ABCD", UNITS, strict=True)]
WITHOUT = {key: value for key, value in QUESTION.items() if key not in ("choices", "answer")}


@pytest.mark.parametrize(
    "fields",
    [
        {"choices": OBJECTS, "answer": "C"},
        {"choices": OBJECTS, "answer": "watt"},
        {"choices": OBJECTS[::-1], "answer": "C"},
        {"choices": [OBJECTS[2], OBJECTS[0], OBJECTS[3], OBJECTS[1]], "answer": "c"},
        {"choices": ["C) watt", "A) newton", "D) pascal", "B) joule"], "answer": "C"},
        {"choices": [{"option": o["label"], "value": o["text"]} for o in OBJECTS], "answer": "C"},
        {"choices": [{"letter": o["label"], "option": o["text"]} for o in OBJECTS], "answer": "c)"},
        {"options": [{"id": "c", "text": u} for u in UNITS], "correct_answer": "watt"},
        {"options": {"D": "pascal", "A": "newton", "B": "joule", "C": "watt"}, "correct": "c"},
        {"Options": [{"A": "newton"}, {"B": "joule"}, {"C": "watt"}, {"D": "pascal"}], "key": "C"},
        {"answer_choices": UNITS, "correctAnswer": "C) watt"},
        {"answer_choices": UNITS, "Correct Answer": "Option C: watt"},
        {"options": UNITS, "answer": ["C"]},
        {"options": UNITS, "answer": {"label": "C", "text": "watt"}},
        {"options": UNITS, "correct_option": "The correct answer is C."},
        {"options": UNITS, "correct_index": 2},
        {"options": UNITS, "answerIndex": "2"},
        {"options": UNITS, "answer": 2, "correct_option_index": None},
        {"option_a": "newton", "option_b": "joule", "option_c": "watt", "option_d": "pascal",
         "answer": "c"},
        {"A": "newton", "B": "joule", "C": "watt", "D": "pascal", "answer": "C"},
        {"choices": "A) newton\nB) joule\nC) watt\nD) pascal", "answer": "C"},
        {"choices": [{"text": u, "is_correct": u == "watt"} for u in UNITS]},
        {"choices": [{"text": u, "correct": u == "watt"} for u in UNITS], "answer": "watt"},
    ],
)  # fmt: skip
def test_it_reads_choices_and_answer_in_every_usual_form(fields: dict[str, Any]) -> None:
    first = {**QUESTION, "question": "Of charge?", "choices": None, "answer": None}
    first |= {"options": ["coulomb", "a", "b", "c"], "choices": ["coulomb", "a", "b", "c"]}
    first |= {"answer": 0} if fields.get("answer") == 2 else {"answer": "coulomb"}
    text = json.dumps({"quiz": [first, {**WITHOUT, **fields}]})
    question = read_answer(text, QuizAnswer, "quiz").questions[-1]
    assert question.choices == UNITS
    assert question.answer == "watt"


def test_a_right_answer_beside_its_distractors_makes_four_choices() -> None:
    item = {**WITHOUT, "correct_answer": "watt", "incorrect_answers": ["newton", "joule", "pascal"]}
    question = read_answer(json.dumps([item]), QuizAnswer, "quiz").questions[0]
    assert sorted(question.choices) == sorted(UNITS)
    assert question.answer == "watt"


@pytest.mark.parametrize(
    "fields",
    [
        {"answer": 2},
        {"answer": "B) watt"},
        {"answer": "newton or joule"},
        {"choices": [{"text": u, "is_correct": u == "watt"} for u in UNITS], "answer": "joule"},
        {"choices": [{"text": u, "is_correct": True} for u in UNITS], "answer": None},
        {"correct_index": 7, "answer": None},
    ],
)
def test_it_refuses_an_answer_that_leaves_open_which_choice_it_means(
    fields: dict[str, Any],
) -> None:
    with pytest.raises(UnusableAnswer) as raised:
        read(**fields)
    assert "answer must be one of the choices" in "; ".join(raised.value.faults)


@pytest.mark.parametrize(
    ("indexes", "keys"), [([0, 2], ["newton", "watt"]), ([2, 4], ["joule", "pascal"])]
)
def test_where_a_model_counts_from_shows_in_its_whole_answer(
    indexes: list[int], keys: list[str]
) -> None:
    items = [{**QUESTION, "question": f"What is q{n}?", "answer": n} for n in indexes]
    answer = read_answer(json.dumps({"questions": items}), QuizAnswer, "quiz")
    assert [question.answer for question in answer.questions] == keys


@pytest.mark.parametrize("key", ["{}", ">", "∈", "!", "'", "−"])
def test_short_answers_of_symbols_are_answers(key: str) -> None:
    others = ["[]", "<", "∉"]
    assert read(choices=[key, *others], answer=key).answer == key


def test_names_that_begin_with_a_letter_are_no_labels() -> None:
    species = ["C. elegans", "D. rerio", "A. thaliana", "B. subtilis"]
    question = read(choices=species, answer="A. thaliana")
    assert question.choices == species
    assert question.answer == "A. thaliana"
    with pytest.raises(UnusableAnswer):
        read(choices=species, answer="A")


@pytest.mark.parametrize(
    ("explanation", "text"),
    [
        ({"A": "It is the unit.", "B": "It is energy."}, "It is the unit. It is energy."),
        (["First this.", "Then that."], "First this. Then that."),
    ],
)
def test_an_explanation_in_parts_is_one_text(explanation: object, text: str) -> None:
    assert read(explanation=None, rationale=explanation).explanation == text


def test_it_keeps_choices_that_only_look_labelled() -> None:
    numbers = ["1. 5 m", "2. 5 m in air", "1. 6 m", "3. 5 m"]
    assert read(choices=numbers, answer=numbers[0]).choices == numbers


def test_it_reads_choices_by_letter_and_numbers() -> None:
    choices = {"A": 1, "B": 2.5, "C": "three", "D": 4}
    assert read(choices=choices, answer="2.5").choices == ["1", "2.5", "three", "4"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"choices": ["a", "b", "c"]}, "questions[0].choices must be exactly 4"),
        ({"choices": ["a", "b", "c", "d", "e"]}, "choices must be exactly 4"),
        ({"choices": ["newton", "b", "c", " "]}, "choices must not be empty"),
        ({"choices": ["newton", "joule", "c", "Joule."]}, "choices must all be different"),
        ({"answer": "volt"}, "answer must be one of the choices"),
        ({"answer": ""}, "answer must be one of the choices"),
        ({"question": "?"}, "question: must say something"),
        ({"explanation": None}, "explanation: must not be empty"),
    ],
)
def test_it_names_what_is_wrong(changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(UnusableAnswer) as raised:
        read(**changes)
    assert fault in "; ".join(raised.value.faults)
    assert raised.value.message.startswith("Invalid quiz JSON: ")


def test_invalid_questions_are_left_out_and_counted() -> None:
    broken = {**QUESTION, "answer": "volt"}
    text = json.dumps({"questions": [broken, QUESTION, {"question": 1}]})
    answer = read_answer(text, QuizAnswer, "quiz")
    assert [question.answer for question in answer.questions] == ["newton"]
    assert "key_missing" in answer.dropped
    assert "invalid" in answer.dropped
