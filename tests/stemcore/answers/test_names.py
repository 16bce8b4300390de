"""Names of fields: case, padding, other names."""

from typing import Annotated, Any

import pytest

from stemcore.answers import Answer, ItemsAnswer, OtherNames, Statement, Strings, read_answer


class Source(Answer):
    """Cited by its label alone, too."""

    text_field = "source_label"

    source_label: Annotated[Statement, OtherNames("source", "label")]
    rationale: Annotated[str, OtherNames("why", "label_reason")] = ""


class Question(Answer):
    question: Annotated[Statement, OtherNames("stem")]
    choices: Annotated[Strings, OtherNames("options", "answer_choices")]
    answer: Annotated[Statement, OtherNames("correct_answer")]
    sources: list[Source] = []

    @classmethod
    def prepared(cls, fields: dict[str, Any]) -> dict[str, Any]:
        letter = fields.get("answer")
        return {**fields, "answer": fields["choices"]["AB".index(letter)]} if letter else fields


class Questions(ItemsAnswer):
    items_field = "questions"
    item_field = "question"

    questions: Annotated[list[Question], OtherNames("quiz", "items")]


@pytest.mark.parametrize(
    "name",
    ["source_label", "sourceLabel", "Source Label", " SOURCELABEL ", "source-label", "Label"],
)
def test_it_takes_a_field_under_any_of_its_names(name: str) -> None:
    assert Source.model_validate({name: " x "}).source_label == "x"


def test_its_own_name_counts_before_others_and_those_in_their_order() -> None:
    assert Source.model_validate({"label": "c", "source": "b"}).source_label == "b"
    assert Source.model_validate({"label": "c", "sourceLabel": "a"}).source_label == "a"


def test_a_null_gives_way_to_any_other_name() -> None:
    assert Source.model_validate({"source_label": None, "label": "c"}).source_label == "c"


def test_a_bare_text_fills_the_text_field() -> None:
    assert Source.model_validate("Source 1") == Source(source_label="Source 1")


def test_no_name_is_taken_for_a_long_text() -> None:
    assert Source.model_validate({"label": "a", "why " * 50: "b"}).rationale == ""


@pytest.mark.parametrize(
    "text",
    [
        '{"QUIZ": [{"Stem": "Which?", "Options": ["x", "y"], "Correct Answer": "B"}]}',
        '[{"stem": "Which?", "answerChoices": ["x", "y"], "correct_answer": "B"}]',
        '{"question": "Which?", "choices": ["x", "y"], "answer": "B"}',
        'First {"items": [{"stem": "Whi, then { "Items" : [{"stem": "Which?", '
        '"options": ["x", "y"], "correct-answer": "B",}]}',
    ],
)
def test_the_reader_finds_items_under_other_names(text: str) -> None:
    (question,) = read_answer(text, Questions, "quiz").questions
    assert (question.question, question.answer) == ("Which?", "y")
