"""The typed answer with flashcards: what every card must have."""

from typing import Annotated

from pydantic import field_validator

from learning.gate.sameness import comparable
from learning.gate.text import word_count
from stemcore.answers import Answer, ItemsAnswer, OtherNames, broken_rule

MAX_CARDS = 30
MIN_BACK_WORDS = 3


class Card(Answer):
    """A front that asks and a back that answers in at least three words."""

    front: Annotated[str, OtherNames("term", "question", "prompt", "concept", "front_text")]
    back: Annotated[str, OtherNames("definition", "answer", "back_text", "response", "explanation")]

    @field_validator("front")
    @classmethod
    def _present(cls, value: str) -> str:
        if not comparable(value):
            raise broken_rule("no_front", "must not be empty")
        return value

    @field_validator("back")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if word_count(value) < MIN_BACK_WORDS:
            raise broken_rule("short_back", f"must have at least {MIN_BACK_WORDS} words")
        return value


class CardsAnswer(ItemsAnswer):
    """The cards of a deck; those that do not fit are left out."""

    items_field = "cards"
    item_field = "front"

    cards: Annotated[list[Card], OtherNames("flashcards", "flash_cards", "deck", "items")]
