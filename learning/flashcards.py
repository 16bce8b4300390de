"""The typed answer with flashcards: what every card must have."""

from pydantic import field_validator

from learning.gate.text import word_count
from stemcore.answers import Answer, ItemsAnswer, Statement, broken_rule

MAX_CARDS = 30
MIN_BACK_WORDS = 3


class Card(Answer):
    """A front that asks and a back that answers in at least three words."""

    front: Statement
    back: Statement

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

    cards: list[Card]
