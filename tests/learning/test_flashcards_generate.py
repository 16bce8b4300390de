"""POST /v1/flashcards/generate"""

from typing import Any

import pytest

from tests.client import Api, data_of, error_of
from tests.content_routes import FLASHCARDS
from tests.learning.items import clean_cards
from tests.learning.samples import step
from tests.stubs import steps

ITEMS = [card.model_dump() for card in clean_cards()]


def body(count: int) -> dict[str, Any]:
    return {**FLASHCARDS.fields, "card_count": count}


def deck(items: list[dict[str, Any]]) -> steps.Step:
    return step({"cards": items})


async def test_it_makes_cards(api: Api, providers: Any) -> None:
    providers.script(deck(ITEMS[:4]))
    data = data_of(await api.post(FLASHCARDS.path, body(4)))
    assert data["payload"] == {"cards": ITEMS[:4]}
    assert "Write exactly 4 cards." in providers.prompts[0].user


async def test_it_replaces_flawed_cards_by_a_top_up(api: Api, providers: Any) -> None:
    flawed = [
        {"front": "Force", "back": "It is a force."},
        {"front": "Energy", "back": "Too short"},
        {**ITEMS[0], "front": ITEMS[0]["front"].upper() + "!"},
    ]
    providers.script(deck([*ITEMS[:2], *flawed]), deck(ITEMS[1:4]))
    data = data_of(response := await api.post(FLASHCARDS.path, body(4)))
    assert data["payload"] == {"cards": ITEMS[:4]}
    assert response.json()["meta"]["quality"] == {
        "asked": 4,
        "returned": 4,
        "findings": {"alike_fronts": 2, "back_repeats_front": 1, "short_back": 1},
        "cues": {},
        "topped_up": True,
    }


async def test_it_cuts_to_the_count(api: Api, providers: Any) -> None:
    providers.script(deck(ITEMS))
    assert len(data_of(await api.post(FLASHCARDS.path, body(30)))["payload"]["cards"]) == 30


@pytest.mark.parametrize("count", [0, 31, -1, 2.5])
async def test_it_refuses_a_count_out_of_range(api: Api, providers: Any, count: object) -> None:
    response = await api.post(FLASHCARDS.path, {**FLASHCARDS.fields, "card_count": count})
    error_of(response, 422, "validation_error")
