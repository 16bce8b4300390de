"""The gate of flashcards: hard rules keep cards out, wording cues only rank them."""

from collections.abc import Sequence

from learning.flashcards import MAX_CARDS, Card, CardsAnswer
from learning.gate.findings import Gated, Judged, counted
from learning.gate.notation import seen
from learning.gate.sameness import comparable, front_key
from learning.gate.text import FORMULA_SIGN, Gist, content_words

MOST_JUDGED = 3 * MAX_CARDS
"""Of a longer answer the first ones are judged; nobody asks for more than MAX_CARDS."""

# Words that a back may add to its front without saying anything.
_FILLERS = frozenset(
    ["course", "obviously", "clearly", "called", "name", "named", "here", "concept", "thing"]
)


def gate_cards(answer: CardsAnswer, before: Sequence[Judged[Card]] = ()) -> Gated[Card]:
    """The cards of an answer that may be served beside those accepted `before`.

    Of cards with the same front the first stays.
    """
    found = list(answer.dropped)
    fronts = {front_key(one.item.front) for one in before}
    gists = {Gist.of(one.item.front) for one in before}
    judged: list[Judged[Card]] = []
    for card in answer.cards[:MOST_JUDGED]:
        key = front_key(card.front)
        if key in fronts:
            found.append("alike_fronts")
            continue
        fronts.add(key)
        judged.append(Judged(card, _cues(card, gists)))
        found += judged[-1].cues
    return Gated(tuple(judged), counted(found))


def _cues(card: Card, gists: set[Gist]) -> tuple[str, ...]:
    cues = ["back_repeats_front"] if back_repeats_front(card) else []
    gist = Gist.of(card.front)
    if gist.words and gist in gists:
        cues.append("similar_fronts")
    gists.add(gist)
    return tuple(cues)


def back_repeats_front(card: Card) -> bool:
    """The back says nothing that the front does not say."""
    if comparable(card.front) == comparable(card.back):
        return True
    if FORMULA_SIGN.search(seen(card.back)) and not FORMULA_SIGN.search(seen(card.front)):
        return False
    return not content_words(card.back) - content_words(card.front) - _FILLERS
