"""A class, a hundred true texts about it, and as many inventions.

The texts were written before the checker was tried on them. Those in the held-out files are not
what its rules were made with: a kind of text that fails there is mended as a kind, and new ones
take the place of those that were looked at.
"""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from analytics.figures import ClassFigures, QuizResult, StudentFigures, TopicFigures

FOLDER = Path(__file__).parent


def texts(name: str) -> list[str]:
    """The lines of one of the files: `truthful`, `invented`, or either with `_held_out`."""
    return (FOLDER / f"{name}.txt").read_text().splitlines()


# Average, completion, chat messages, attempts.
_STUDENTS = """
0.91 1 14 7
0.45 1/3 0 3
0.58 1/3 5 3
0.66 2/3 8 5
0.835 1 2 6
0.725 5/6 11 6
0.79 1/3 3 2
0.97 1 6 8
0.62 1/2 1 4
0.74 2/3 9 5
0 0 0 0
0.885 1 4 6
""".strip().splitlines()
_TOPICS = [
    ("Kinematics", ("remember", "understand"), "0.815", 20),
    ("Newton's laws", ("apply",), "0.54", 13),
    ("Energy and work", ("analyze",), "0.68", 15),
    ("Momentum 2", ("evaluate",), "0.7", 7),
    ("Circular motion", ("create",), "0", 0),
]


def _student(number: int, line: str) -> StudentFigures:
    average, completion, messages, attempts = line.split()
    result = QuizResult(UUID(int=1), "Quiz 1", Decimal(average), int(attempts))
    return StudentFigures(
        id=UUID(int=100 + number),
        number=number,
        full_name=f"Person{chr(64 + number)} Zeta",
        average=Fraction(average),
        completion=Fraction(completion),
        chat_messages=int(messages),
        results=(result,) if int(attempts) else (),
    )


FIGURES = ClassFigures(
    student_count=12,
    quiz_count=5,
    assignment_count=6,
    average=Fraction("0.7123"),
    completion=Fraction("0.65"),
    students=tuple(_student(number, line) for number, line in enumerate(_STUDENTS, start=1)),
    topics=tuple(
        TopicFigures(UUID(int=number), title, levels, Fraction(average), attempts)
        for number, (title, levels, average, attempts) in enumerate(_TOPICS, start=1)
    ),
)
