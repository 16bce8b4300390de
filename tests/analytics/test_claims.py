"""Sentences about figures: what the figures support stays, what they do not goes."""

import re
from fractions import Fraction

import pytest

from analytics.claims import Fact, Facts
from analytics.claims.numbers import numbers_in

# 24 students in 5 quizzes; Optics has 37 attempts at 0.54, Waves 2 has 12 at 0.81.
FACTS = Facts(
    [
        Fact(Fraction(24), "students"),
        Fact(Fraction(5), "quizzes"),
        Fact(Fraction(8), "students", whole=Fraction(24)),
        Fact(Fraction("0.7123"), "share"),
        Fact(Fraction("0.65"), "share"),
        Fact(Fraction("3.25"), "messages"),
        Fact(Fraction("0.54"), "share", "optics"),
        Fact(Fraction(37), "attempts", "optics"),
        Fact(Fraction("0.81"), "share", "waves"),
        Fact(Fraction(12), "attempts", "waves"),
        Fact(Fraction("0.3"), "share", "student 3"),
        Fact(Fraction(1, 3), "share", "student 3"),
    ],
    {
        "": re.compile(r"\bclass average\b"),
        "optics": re.compile(r"\bOptics\b"),
        "waves": re.compile(r"\bWaves 2\b"),
        "student 3": re.compile(r"\bstudent 3\b", re.IGNORECASE),
    },
    private=["student 3"],
    labels=["Grade 11", "Quiz 7: light"],
    thresholds=[Fraction("0.6")],
)

SUPPORTED = """
The class of 24 students averages 71 %.
The class average is 0.7123.
The class average is 0.712, and completion stands at 65 percent.
On average 71.2 per cent of the points were reached.
Twenty-four students took five quizzes.
8 of 24 students are at risk, so 16 are not.
Eight of the 24 students are at risk.
16 out of 24 students are doing well.
A third of the class is at risk; two thirds are not.
One in three students is at risk.
35 % of the work was not handed in.
Students write 3.25 messages on average, roughly 3 messages each.
Optics is at 54%, 27 points below Waves 2.
Waves 2 (81 %) is ahead of Optics (54 %).
Optics has 37 attempts, three times as many as Waves 2.
Optics drew 25 more attempts than Waves 2.
The weakest topic averages 0.54.
Student 3 averages 30 %.
Student 3 completed a third of the quizzes.
About 70 % of the points were reached.
Optics is below the 60 % line.
Optics stays under 0.6.
In Grade 11, Quiz 7: light went well.
Optics needs another quiz, and one of its ideas should be shown again.
The second quiz and the 3rd lesson went well.
H2O and CO2 were mixed up.
""".strip().splitlines()

UNSUPPORTED = """
The class of 25 students averages 71 %.
The class average is 0.73.
The class average is 0.7223.
9 students are at risk.
15 are not at risk; 14 students are.
9 of 24 students are at risk.
8 of 20 students are at risk.
Half the class is at risk.
Three quarters of the class failed.
87 % failed.
Optics is at 81 %.
Optics has 12 attempts.
Optics has 54 attempts.
Waves 2 is 30 points ahead of Optics.
Waves 2 drew twice as many attempts as Optics.
The average rose by 40 points.
A student averages 30 %.
Student 4 averages 30 %.
About 80 % is the class average.
Optics is below the 50 % line.
Spend 10 minutes on Optics.
Since 2024 Optics is weak.
Ask 6 questions about it.
Nineteen students failed.
1,234 messages were written.
""".strip().splitlines()


@pytest.mark.parametrize("sentence", SUPPORTED)
def test_what_the_figures_support_stays(sentence: str) -> None:
    assert FACTS.supported(sentence) == (sentence, 0)


@pytest.mark.parametrize("sentence", UNSUPPORTED)
def test_what_the_figures_do_not_support_goes(sentence: str) -> None:
    text, dropped = FACTS.supported(f"Optics is weak. {sentence}")
    assert text.startswith("Optics is weak.")
    assert dropped == 1


def test_a_student_spoken_of_is_meant_until_another_is_named() -> None:
    told = "Student 3 needs help. They average 30 %. Optics is at 30 %."
    assert FACTS.supported(told) == ("Student 3 needs help. They average 30 %.", 1)


def test_a_text_about_a_student_may_say_their_figures() -> None:
    assert FACTS.supported("An average of 0.30 is low.", about=["student 3"])[1] == 0
    assert FACTS.supported("An average of 0.30 is low.")[1] == 1


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("twenty-one students", ["21"]),
        ("1,234 messages and .5", ["1234", "1/2"]),
        ("10-15 points", ["10", "15"]),
        ("-5 points", ["-5"]),
        ("Q3, the 2nd one, H2O", []),
        ("3/4 and two thirds", ["3/4", "2/3"]),
    ],
)
def test_numbers_are_found(text: str, values: list[str]) -> None:
    assert [str(said.value) for said in numbers_in(text)] == values
