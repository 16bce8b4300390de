"""What a model is told of a class: figures without people, and words back with names."""

from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from analytics.briefing import Briefing, numbered
from analytics.figures import ClassFigures, QuizResult, StudentFigures, TopicFigures


def student(number: int, name: str, average: str, completion: str = "1") -> StudentFigures:
    result = QuizResult(UUID(int=number), "Quiz 7", Decimal(average), 2)
    return StudentFigures(
        UUID(int=100 + number), number, name, Fraction(average), Fraction(completion), 4, (result,)
    )


FIGURES = ClassFigures(
    student_count=3,
    quiz_count=2,
    assignment_count=4,
    average=Fraction("0.7"),
    completion=Fraction("0.75"),
    students=(
        student(1, "Ana Rivera", "0.5", "0.25"),
        student(2, "Ben Okafor", "0.8"),
        student(3, "", "0.8"),
    ),
    topics=(
        TopicFigures(UUID(int=1), "Optics", ("apply",), Fraction("0.54"), 37),
        TopicFigures(UUID(int=2), "Ana Rivera's topic", (), Fraction("0.81"), 12),
    ),
)
BRIEFING = Briefing(FIGURES)


def test_the_text_tells_no_name_id_or_address() -> None:
    text = BRIEFING.text
    assert "Ana" not in text
    assert "Okafor" not in text
    assert str(UUID(int=101)) not in text
    assert "- T1 Optics (apply): average 0.5400 (54 %), 37 attempts, critical" in text
    assert "- Student 1: average 0.5000 (50 %), completion 0.2500 (25 %)" in text


def test_addresses_and_ids_in_titles_are_left_out() -> None:
    assert BRIEFING.anonymous(f"Ask ana@school.example, {UUID(int=9)}") == "Ask …, …"


def test_those_who_need_attention_come_first() -> None:
    assert [one.number for one in BRIEFING.students] == [1, 2, 3]


def test_students_are_named_on_the_way_out() -> None:
    told, dropped = BRIEFING.true_to_figures("Student 1 averages 50 %. Students 2 and 3 do well.")
    assert told == "Ana R. averages 50 %. Ben O. and Student 3 do well."
    assert dropped == 0


def test_a_student_who_is_not_there_is_not_spoken_of() -> None:
    assert BRIEFING.true_to_figures("Student 9 averages 50 %.") == ("", 1)


def test_keys_of_topics_become_titles() -> None:
    told, _ = BRIEFING.true_to_figures("T1 is weak. T1 Optics (T1) has 37 attempts.")
    assert told == "Optics is weak. Optics has 37 attempts."


def test_topics_are_found_by_key_title_or_both() -> None:
    for named in ("T1", "optics", "T1 Optics", "t1: something", " Optics "):
        found = BRIEFING.topic(named)
        assert found is not None
        assert found.title == "Optics"
    assert BRIEFING.topic("T9") is None
    assert BRIEFING.topic("Acoustics") is None


def test_several_students_are_named_apart() -> None:
    assert numbered("Students 3, 5 and 7 and the rest") == (
        "Student 3, Student 5 and Student 7 and the rest"
    )
