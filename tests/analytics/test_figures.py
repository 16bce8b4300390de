"""A class's figures: equal to an independent recount, whatever the rows hold."""

from fractions import Fraction
from uuid import UUID

import pytest

from analytics.figures import ClassFigures, StudentFigures, read_class_figures, rounded, short_name
from tests import factories
from tests.analytics.random_class import RandomClass
from tests.cast import Cast
from tests.database import Superuser
from tests.properties import a_few_and_all
from tests.queries import count_queries


@pytest.fixture
def people(database: Superuser) -> list[UUID]:
    """Students enough for the largest class, and a teacher."""
    database.execute(
        """INSERT INTO auth.users (id, raw_user_meta_data)
        SELECT gen_random_uuid(), '{"account_type": "student", "display_name": "Some One"}'
          FROM generate_series(1, 410)"""
    )
    found = database.execute("SELECT id FROM auth.users ORDER BY id").fetchall()
    return [*(row["id"] for row in found), factories.user("teacher").id]


def told(figures: ClassFigures) -> dict[str, object]:
    """The figures in the recount's form."""
    return {
        "student_count": figures.student_count,
        "quiz_count": figures.quiz_count,
        "assignment_count": figures.assignment_count,
        "is_empty": figures.is_empty,
        "average": figures.average,
        "completion": figures.completion,
        "students": [
            {
                "id": one.id,
                "average": one.average,
                "completion": one.completion,
                "chat_messages": one.chat_messages,
                "results": [(r.quiz_id, r.best, r.attempts) for r in one.results],
            }
            for one in figures.students
        ],
        "topics": {topic.id: (topic.average, topic.attempts) for topic in figures.topics},
        "bloom": figures.bloom,
    }


@a_few_and_all("number", 20, 200)
async def test_figures_equal_a_recount_of_random_classes(people: list[UUID], number: int) -> None:
    classes = [RandomClass(seed, people) for seed in range(number)]
    for one in classes:
        one.store()
    for one in classes:
        assert told(await read_class_figures(one.id)) == one.recount(), f"seed {one.seed}"
    filled = [one for one in classes if not one.recount()["is_empty"]]
    assert len(filled) > number / 3  # the comparison would say little of empty classes


async def test_figures_take_the_same_few_queries_whatever_the_class(cast: Cast) -> None:
    with count_queries() as empty:
        await read_class_figures(cast.classroom.id)
    quiz = factories.activity(cast.classroom)
    for _ in range(3):
        task = factories.assignment(quiz, cast.student, cast.classmate)
        factories.submission(task, cast.student, 80)
        factories.submission(task, cast.classmate, 40)
    with count_queries() as filled:
        await read_class_figures(cast.classroom.id)
    assert len(empty) == len(filled) == 5


async def test_figures_are_of_one_moment_and_cannot_write(cast: Cast) -> None:
    with count_queries() as statements:
        await read_class_figures(cast.classroom.id)
    assert statements[0] == "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


async def test_topics_stand_in_the_blueprints_order_with_their_levels(cast: Cast) -> None:
    archived = factories.blueprint(cast.classroom, status="archived")
    old = factories.topic(archived, title="Old topic", sequence=0)
    factories.activity(cast.classroom, topic_id=old.id)
    figures = await read_class_figures(cast.classroom.id)
    assert [topic.title for topic in figures.topics] == [
        "Light reactions",
        "Calvin cycle",
        "Old topic",
    ]
    assert figures.topics[0].levels == ("understand",)


async def test_another_classs_topic_is_not_taken(cast: Cast) -> None:
    foreign = factories.topic(factories.blueprint(cast.other_classroom), title="Foreign")
    factories.activity(cast.classroom, topic_id=foreign.id)
    figures = await read_class_figures(cast.classroom.id)
    assert "Foreign" not in [topic.title for topic in figures.topics]


@pytest.mark.parametrize(
    ("average", "completion", "risk"),
    [
        ("0.5999", "0.49", "high"),
        ("0.5999", "0.50", "medium"),
        ("0.60", "0.49", "medium"),
        ("0.6999", "1", "medium"),
        ("0.70", "0.49", "medium"),
        ("0.70", "0.50", "low"),
    ],
)
def test_risk(average: str, completion: str, risk: str) -> None:
    student = StudentFigures(
        UUID(int=1), 1, "Ana R.", Fraction(average), Fraction(completion), 0, ()
    )
    assert student.risk == risk


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana Rivera", "Ana R."),
        ("  Ana   María\nRivera ", "Ana R."),
        ("Ana", "Ana"),
        ("Ana (she)", "Ana"),
        ("Łukasz żak", "Łukasz Ż."),
        ("", "Student 7"),
        (" \t", "Student 7"),
    ],
)
def test_names_are_shortened(name: str, shown: str) -> None:
    assert short_name(name, 7) == shown


@pytest.mark.parametrize(
    ("value", "number"),
    [("1/3", 0.3333), ("2/3", 0.6667), ("1/20000", 0.0001), ("0.12345", 0.1235), ("1", 1.0)],
)
def test_figures_are_rounded_once_to_four_decimals(value: str, number: float) -> None:
    assert rounded(Fraction(value)) == number
