"""The gate of flashcards: no flawed card reaches a student."""

from collections.abc import Sequence

from learning.flashcards import Card, CardsAnswer
from learning.gate.findings import Gated, counted
from learning.gate.text import content_words, letters_and_digits, words

_NEW_WORDS = 1


def gate_cards(answer: CardsAnswer, before: Sequence[Card] = ()) -> Gated[Card]:
    """The cards of an answer that keep every rule, alone and beside those accepted `before`."""
    found = list(answer.dropped)
    passed: list[Card] = []
    for card in answer.cards:
        broken = broken_rules(card, [*before, *passed])
        found += broken
        if not broken:
            passed.append(card)
    return Gated(tuple(passed), counted(found))


def broken_rules(card: Card, others: Sequence[Card]) -> list[str]:
    """The names of the rules that keep a card out, beside others that are in."""
    broken = ["back_repeats_front"] if back_repeats_front(card) else []
    if any(are_alike(card, other) for other in others):
        broken.append("alike_fronts")
    return broken


def back_repeats_front(card: Card) -> bool:
    """The back says nothing that the front does not say."""
    front, back = letters_and_digits(card.front), letters_and_digits(card.back)
    if front == back:
        return True
    if set(words(card.back)) & set("=≈→"):
        return False
    return len(content_words(card.back) - content_words(card.front)) < _NEW_WORDS


def are_alike(first: Card, second: Card) -> bool:
    """Two cards with the same front, by letters and digits or by their content words."""
    if letters_and_digits(first.front) == letters_and_digits(second.front):
        return True
    asked = content_words(first.front)
    return bool(asked) and asked == content_words(second.front)
