"""`manage.py generate`"""

from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from learning.models import Activity, Blueprint, Flashcard, Objective, QuizQuestion, Topic
from tests import factories
from tests.cast import Cast
from tests.database import fingerprint
from tests.learning.samples import BLUEPRINT, CARDS, QUIZ, step
from tests.stubs import steps


@pytest.fixture
def with_material(cast: Cast) -> Cast:
    material = factories.material(cast.classroom, title="Mechanics | one")
    factories.chunk(material, "A net force accelerates a body.", source_index=2)
    hidden = factories.material(cast.classroom, status="processing")
    factories.chunk(hidden, "Not ready yet.")
    return cast


def platform_rows() -> dict[str, str | None]:
    """A digest of every table but the call log, which records each attempt."""
    return {name: rows for name, rows in fingerprint().items() if name != "stem.provider_calls"}


def generate(*args: str, **options: Any) -> str:
    out = StringIO()
    call_command("generate", *args, stdout=out, no_color=True, **options)
    return out.getvalue()


def class_option(cast: Cast) -> str:
    return f"--class={cast.classroom.id}"


def test_it_prints_a_quiz_from_ready_materials_and_blueprint(
    with_material: Cast, providers: Any
) -> None:
    providers.script(step(QUIZ))
    before = platform_rows()
    printed = generate("quiz", class_option(with_material), "--count=5")
    assert QUIZ["questions"][0]["question"] in printed
    assert "5 of 5 asked for. The gate found nothing." in printed
    (prompt,) = providers.prompts
    assert "Source 1 | Mechanics | one | page 2\nA net force" in prompt.user
    assert "Not ready yet." not in prompt.user
    assert "Blueprint Context" in prompt.user
    assert platform_rows() == before


def test_it_saves_a_quiz_as_a_draft(with_material: Cast, providers: Any) -> None:
    providers.script(step(QUIZ))
    printed = generate("quiz", class_option(with_material), "--count=5", "--save")
    activity = factories.row(Activity, classroom=with_material.classroom)
    assert (activity.type, activity.status) == ("quiz", "draft")
    assert activity.blueprint_id == with_material.blueprint.id
    assert str(activity.id) in printed
    questions = factories.rows(QuizQuestion, activity=activity, order="order_index")
    assert [question.question for question in questions] == [
        item["question"] for item in QUIZ["questions"]
    ]
    assert all(question.answer in question.choices for question in questions)


def test_it_saves_flashcards_as_a_draft(with_material: Cast, providers: Any) -> None:
    providers.script(step(CARDS))
    generate("flashcards", class_option(with_material), "--count=5", "--save")
    activity = factories.row(Activity, classroom=with_material.classroom)
    cards = factories.rows(Flashcard, activity=activity, order="order_index")
    assert [{"front": card.front, "back": card.back} for card in cards] == CARDS["cards"]


def test_it_saves_a_blueprint_with_topics_and_objectives(
    with_material: Cast, providers: Any
) -> None:
    providers.script(step(BLUEPRINT))
    printed = generate("blueprint", class_option(with_material), "--save")
    assert "1. Uniform motion [motion]" in printed
    draft = factories.row(Blueprint, classroom=with_material.classroom, status="draft")
    assert draft.version == with_material.blueprint.version + 1
    assert draft.content_json["topics"][0]["key"] == "motion"
    first, second = factories.rows(Topic, blueprint=draft, order="sequence")
    assert second.prerequisite_topic_ids == [first.id]
    assert factories.row(Objective, topic=first).statement == "Compute velocities."


def test_it_publishes_a_blueprint_in_the_place_of_the_one_before(
    with_material: Cast, providers: Any
) -> None:
    providers.script(step(BLUEPRINT))
    assert "Published" in generate("blueprint", class_option(with_material), "--publish")
    before, now = factories.rows(Blueprint, classroom=with_material.classroom, order="version")
    assert (now.status, before.status) == ("published", "archived")
    assert now.published_at
    assert now.published_by == with_material.classroom.owner_id


def test_it_publishes_no_quiz(with_material: Cast, providers: Any) -> None:
    with pytest.raises(CommandError, match="Only a blueprint"):
        generate("quiz", class_option(with_material), "--publish")


def test_it_leaves_a_draft_that_is_there(with_material: Cast, providers: Any) -> None:
    factories.blueprint(with_material.classroom, status="draft", version=9)
    providers.always(step(BLUEPRINT))
    before = platform_rows()
    with pytest.raises(CommandError, match="draft blueprint already"):
        generate("blueprint", class_option(with_material), "--save")
    assert platform_rows() == before


def test_it_refuses_an_unknown_class(with_material: Cast, providers: Any) -> None:
    with pytest.raises(CommandError, match="no such class"):
        generate("quiz", f"--class={uuid4()}")


def test_it_refuses_a_class_without_materials(cast: Cast, providers: Any) -> None:
    with pytest.raises(CommandError, match="no ready material"):
        generate("blueprint", class_option(cast))


@pytest.mark.parametrize("count", [0, 21])
def test_it_refuses_a_count_out_of_range(cast: Cast, providers: Any, count: int) -> None:
    with pytest.raises(CommandError, match="from 1 to 20"):
        generate("quiz", class_option(cast), f"--count={count}")


def test_it_says_why_generation_failed(with_material: Cast, providers: Any) -> None:
    providers.always(steps.error(503))
    with pytest.raises(CommandError, match="503"):
        generate("quiz", class_option(with_material))
