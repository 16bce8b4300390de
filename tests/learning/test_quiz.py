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
