"""The stand-in without a model."""

import json
from math import isclose, sqrt
from typing import Any

import pytest

from stemcore.prompts import Untrusted
from stemcore.prompts.untrusted import Fences
from stemcore.providers import AnswerSchema, Generation, embed, generate
from stemcore.providers.offline.embedding import hashed_words
from stemcore.providers.offline.makers import MAKERS
from tests.stemcore.providers.calls import call, log_rows

MATERIAL = """Source 1 | Energy of cells | page 1
Photosynthesis takes place in the chloroplasts of plant cells. The light reactions happen in the
thylakoid membranes. They split water and release oxygen.

Source 2 | Energy of cells | page 2
Cellular respiration takes place in the mitochondria.
- One molecule of glucose yields about 30 molecules of ATP.
- The Krebs cycle runs in the matrix of the mitochondrion."""
BLUEPRINT = "Blueprint Context\nStudents learn how cells gain energy from light and from food."
QUESTION = "How many ATP molecules does one glucose molecule yield?"


def prompt(question: str = QUESTION) -> str:
    fences = Fences()
    return "\n\n".join(
        [
            "Answer from the material.",
            fences.around("blueprint", Untrusted(BLUEPRINT)),
            fences.around("materials", Untrusted(MATERIAL)),
            "Write 3 questions for the student.",
            fences.around("question", Untrusted(question)),
            "Return JSON only.",
        ]
    )


@pytest.fixture
def offline(providers: Any, settings: Any) -> Any:
    providers.configure()
    settings.AI_PROVIDER_DEFAULT = "offline"
    return providers


async def answer_of(name: str, user: str) -> Any:
    schema = AnswerSchema(name, {"type": "object"})
    result = await generate(Generation("system", user, answer_schema=schema), call())
    assert (result.provider, result.model, result.usage) == ("offline", "extractive", None)
    return json.loads(result.content)


async def test_it_quotes_the_best_sentence_and_cites_its_label(offline: Any) -> None:
    answer = await answer_of("chat_answer", prompt())
    assert "One molecule of glucose yields about 30 molecules of ATP." in answer["answer"]
    assert [cited["sourceLabel"] for cited in answer["citations"]] == [
        "Source 2 | Energy of cells | page 2"
    ]
    assert (answer["safety"], answer["confidence"]) == ("ok", "medium")


async def test_it_admits_when_the_context_does_not_say(offline: Any) -> None:
    answer = await answer_of("chat_answer", prompt("Who won the football championship?"))
    assert (answer["citations"], answer["confidence"]) == ([], "low")


async def test_it_makes_as_many_quiz_items_as_asked(offline: Any) -> None:
    questions = (await answer_of("quiz", prompt()))["questions"]
    assert len(questions) == 3
    for item in questions:
        assert len({choice.lower() for choice in item["choices"]}) == 4
        assert item["answer"] in item["choices"]
        assert "____" in item["question"]
        assert item["explanation"]
    assert len({item["choices"].index(item["answer"]) for item in questions}) == 3


async def test_it_makes_flashcards(offline: Any) -> None:
    cards = (await answer_of("flashcards", prompt()))["cards"]
    assert len({card["front"] for card in cards}) == len(cards) == 3
    assert all(len(card["back"].split()) >= 3 for card in cards)


async def test_it_makes_a_blueprint_whose_topics_build_on_each_other(offline: Any) -> None:
    found = await answer_of("blueprint", prompt())
    assert found["schemaVersion"] == "v2"
    keys = [topic["key"] for topic in found["topics"]]
    assert [topic["sequence"] for topic in found["topics"]] == list(range(1, len(keys) + 1))
    assert [topic["prerequisites"] for topic in found["topics"]] == [
        keys[index - 1 : index] if index else [] for index in range(len(keys))
    ]
    assert found["topics"][0]["evidence"][0]["sourceLabel"]


@pytest.mark.parametrize("name", sorted(MAKERS))
@pytest.mark.parametrize("user", ["", "x", "⟦begin a b⟧", "Source 1 | \n\n", "… \n" * 50])
async def test_it_answers_prompts_without_any_context(offline: Any, name: str, user: str) -> None:
    assert isinstance(await answer_of(name, user), dict)


async def test_it_answers_in_plain_words_without_a_schema(offline: Any) -> None:
    result = await generate(Generation("system", prompt()), call())
    assert result.content == "One molecule of glucose yields about 30 molecules of ATP."


async def test_it_embeds_by_words_alone(offline: Any) -> None:
    texts = ["Glucose yields ATP.", "ATP is what glucose yields!", "Mountains are high", "", "🙂"]
    result = await embed(texts, call())
    assert (result.provider, result.model) == ("offline", "hashed-words")
    assert {len(vector) for vector in result.embeddings} == {1536}
    for vector in result.embeddings:
        assert isclose(sqrt(sum(value * value for value in vector)), 1.0)

    def alike(one: int, other: int) -> float:
        pairs = zip(result.embeddings[one], result.embeddings[other], strict=True)
        return sum(a * b for a, b in pairs)

    assert alike(0, 1) > 0.9 > 0.1 > alike(0, 2)


def test_it_embeds_the_same_text_the_same_way_everywhere() -> None:
    vector = hashed_words("photosynthesis", 1536)
    assert {index: value for index, value in enumerate(vector) if value} == {661: -1.0}


async def test_it_calls_itself_offline_in_the_call_log(offline: Any) -> None:
    await generate(Generation("system", "user"), call())
    (row,) = await log_rows()
    assert (row.provider, row.model, row.status) == ("offline", "extractive", "ok")
