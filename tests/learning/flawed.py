"""Seeded flaws: for every rule of the gate, twenty flawed items made from clean ones.

Those of hard rules must be kept out, those of wording cues must be found.
"""

import re
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

from learning.flashcards import Card
from tests.learning.items import clean_cards, clean_questions

VARIANTS = 20
Item = dict[str, Any]
Answer = list[Item]
"""The items of one answer; the last one is flawed, those before it are clean."""


def _questions() -> Iterator[Item]:
    return (question.model_dump() for question in clean_questions())


def _distractors(item: Item) -> list[str]:
    return [choice for choice in item["choices"] if choice != item["answer"]]


def _each(make: Callable[[Item, Any], Item], variants: list[Any]) -> list[Answer]:
    made = zip(_questions(), islice(cycle(variants), VARIANTS), strict=False)
    return [[make(item, variant)] for item, variant in made]


def key_missing() -> list[Answer]:
    return _each(
        lambda item, wrong: {**item, "answer": wrong}, ["E", "not listed", "42.5", "", "7)"]
    )


def _shouted(text: str) -> str:
    """The text with its words in capitals; symbols and units are what they are."""
    return re.sub(
        r"(?<![A-Za-z])[A-Za-z]?[a-z]{2,}(?![A-Za-z])", lambda word: word[0].upper(), text
    )


def alike_choices() -> list[Answer]:
    changes: list[Callable[[str], str]] = [
        _shouted,
        lambda text: f"  {text}  ",
        lambda text: text + ".",
        lambda text: text.replace(" ", "  ") + " ",
        lambda text: f"${text}$",
        lambda text: f"\\text{{{text}}}",
        lambda text: text + "\\,",
        lambda text: text.capitalize() + ";",
        lambda text: f'"{text}"',
        lambda text: text.replace(" ", "\\ ") + "\\quad",
        lambda text: text[:2] + "\u00ad" + text[2:],
        lambda text: "\u200b" + text,
        lambda text: f"**{text}**",
        lambda text: text.replace(" ", "\u00a0") + "\ufeff",
    ]

    def make(item: Item, change: Callable[[str], str]) -> Item:
        first, second, _ = _distractors(item)
        return {**item, "choices": [item["answer"], first, second, change(second)]}

    # Quoted numbers and capital symbols are other things; so only choices with words.
    worded = (item for item in _questions() if re.search("[a-z]{3}", _distractors(item)[1]))
    made = zip(worded, islice(cycle(changes), VARIANTS), strict=False)
    return [[make(item, change)] for item, change in made]


def not_four_choices() -> list[Answer]:
    def make(item: Item, count: int) -> Item:
        return {**item, "choices": [item["answer"], *_distractors(item), "a fifth one"][:count]}

    return _each(make, [1, 2, 3, 5])


def empty_choice() -> list[Answer]:
    def make(item: Item, blank: str) -> Item:
        return {**item, "choices": [item["answer"], *_distractors(item)[:2], blank]}

    return _each(make, ["", " ", "\u200b", "\u00ad\ufeff", "\n"])


def all_or_none() -> list[Answer]:
    phrases = [
        "All of the above",
        "None of the above",
        "all the above.",
        "None of these",
        "Both A and B",
        "All of these are correct",
        "A and C",
        "Neither A nor B",
        "None of the other choices",
        "Both of the above",
        "All of the options listed",
        "All other answers",
        "I and II only",
        "Any of the above",
        "All answers are correct",
        "None are correct",
        "B, C and D",
        "None of the given answers is right.",
        "*All of the above*",
        "Two of the above",
    ]

    def make(item: Item, phrase: str) -> Item:
        return {**item, "choices": [item["answer"], *_distractors(item)[:2], phrase]}

    return _each(make, phrases)


def absolute_words() -> list[Answer]:
    phrases = [
        "It always rises.",
        "It never changes.",
        "It is absolutely constant.",
        "It disappears completely.",
        "It depends entirely on mass.",
        "It is totally lost.",
        "It is invariably zero.",
        "It is impossible to tell apart.",
        "It grows without exception.",
        "It holds under all circumstances.",
        "It is certainly smaller.",
        "It is the same in every case.",
        "All metals behave like this",
        "Every particle has it",
        "It falls no matter what happens.",
        "Every single one has it",
        "It is guaranteed to stop.",
        "It occurs at all times.",
        "It is undoubtedly larger.",
        "Always the larger one",
    ]

    def make(item: Item, phrase: str) -> Item:
        return {**item, "choices": [item["answer"], *_distractors(item)[:2], phrase]}

    return _each(make, phrases)


def position_reference() -> list[Answer]:
    phrases = [
        "Option B is right because it follows from the definition of the quantity.",
        "Choice C fits, since the others contradict the measured values.",
        "The answer (A) follows from the conservation of energy.",
        "Unlike the second option, this one agrees with the experiment.",
        "Answer D agrees with the graph of the measured values.",
    ]
    return _each(lambda item, phrase: {**item, "explanation": phrase}, phrases)


def alike_stems() -> list[Answer]:
    changes: list[Callable[[str], str]] = [
        _shouted,
        lambda text: text.rstrip("?. "),
        lambda text: f"  {text.replace(' ', '  ')}",
        lambda text: f"{text}?",
        lambda text: f"Please tell: {text}",
        lambda text: text.replace("the ", "this ", 1) + " ",
        lambda text: f"So {text[0].lower()}{text[1:]}",
        lambda text: text.replace("What is", "What was"),
        lambda text: text.replace("Which", "What"),
        lambda text: f"**{text}**",
    ]
    made = zip(_questions(), islice(cycle(changes), VARIANTS), strict=False)
    return [
        [
            item,
            {**item, "question": change(item["question"]), "answer": _distractors(item)[0]},
        ]
        for item, change in made
    ]


def stem_gives_key() -> list[Answer]:
    frames = [
        "{stem} Think of {key}.",
        "In the lesson on {key} we asked: {stem}",
        "{key} was treated last week. {stem}",
        "{stem} (It is also known as {key})",
        "What do we call the thing that is named {key} in the book?",
    ]

    def make(item: Item, frame: str) -> Item:
        stem, key = item["question"], item["answer"]
        return {**item, "question": frame.format(stem=stem, key=key.rstrip("."))}

    keyed = (item for item in _questions() if item["answer"].rstrip(".").replace(" ", "").isalpha())
    telling = (item for item in keyed if len(item["answer"]) >= 5)
    made = zip(telling, islice(cycle(frames), VARIANTS), strict=False)
    return [[make(item, frame)] for item, frame in made]


def no_explanation() -> list[Answer]:
    blanks = ["", "   ", "...", "…", "-", "\n", ".", "?", "“”", None]
    return _each(lambda item, blank: {**item, "explanation": blank}, blanks)


def circular_explanation() -> list[Answer]:
    frames = [
        "{key}",
        "The correct answer is {key}.",
        "{key} is right.",
        "Because it is {key}.",
        "The answer is {key}, since {key} is the correct answer to the question.",
        "By definition the right choice is {key}.",
        "{stem} {key}.",
        "It is simply {key}, as this is true.",
        "The question asks: {stem} So {key} is correct.",
        "This is the best answer.",
    ]

    def make(item: Item, frame: str) -> Item:
        explanation = frame.format(stem=item["question"], key=item["answer"].rstrip("."))
        return {**item, "explanation": explanation}

    plain = (item for item in _questions() if not set("=+→$^≈") & set(str(item)))
    made = zip(plain, islice(cycle(frames), VARIANTS), strict=False)
    return [[make(item, frame)] for item, frame in made]


def negative_stem() -> list[Answer]:
    stems = [
        "Which of the following is not a vector?",
        "Which quantity is not conserved in an inelastic collision?",
        "Which of these organelles does not occur in animal cells?",
        "Which statement about enzymes is false?",
        "All of the following are noble gases except",
        "Which of these is least likely to dissolve in water?",
        "Which step isn't part of the water cycle?",
        "What is not needed for photosynthesis?",
        "Which of the following statements is incorrect?",
        "Select the substance that is a metal. Which one is not?",
        "Which rock does not form from magma?",
        "Identify the planet that orbits the Sun: which is not a gas giant?",
        "Which sorting algorithm doesn't compare neighbours?",
        "Which conclusion is wrong?",
        "What cannot be measured with a voltmeter?",
        "Which number is not prime?",
        "Each of these is a prime except which?",
        "Choose the value that is not a solution. Which is not?",
        "Which bond is not found in water?",
        "Which claim about entropy is untrue?",
    ]
    return _each(lambda item, stem: {**item, "question": stem}, stems)


def longest_key() -> list[Answer]:
    """Sets of four in which the key is clearly the longest choice of all but one."""
    tail = " as careful measurements on many samples have shown"
    items = list(_questions())

    def longer(item: Item) -> Item:
        key = item["answer"].rstrip(".") + tail
        return {**item, "answer": key, "choices": [key, *_distractors(item)]}

    starts = range(0, 4 * VARIANTS, 4)
    return [[items[start], *map(longer, items[start + 1 : start + 4])] for start in starts]


Flaws = dict[str, Callable[[], list[Answer]]]


def _named(*flaws: Callable[[], list[Answer]]) -> Flaws:
    return {flaw.__name__: flaw for flaw in flaws}


QUIZ_FLAWS = _named(
    key_missing,
    not_four_choices,
    empty_choice,
    alike_choices,
    all_or_none,
    alike_stems,
    no_explanation,
)
QUIZ_CUES = _named(absolute_words, stem_gives_key, circular_explanation)


def back_repeats_front() -> list[list[Item]]:
    frames = [
        "{front}",
        "{front}.",
        "The {front} is the {front}",
        "It is called {front} here",
        "This means: {front}!",
        "{front}, of course.",
    ]
    # A repeated front of one or two words is too short for a back anyway.
    long = (card for card in clean_cards() if len(card.front.split()) > 2)
    made = zip(long, islice(cycle(frames), VARIANTS), strict=False)
    return [[_card(card, back=frame.format(front=card.front))] for card, frame in made]


def short_back() -> list[list[Item]]:
    backs = ["Yes", "Two words", "", "  ", "law"]
    made = zip(clean_cards(), islice(cycle(backs), VARIANTS), strict=False)
    return [[_card(card, back=back)] for card, back in made]


def alike_fronts() -> list[list[Item]]:
    changes: list[Callable[[str], str]] = [
        _shouted,
        lambda text: f"{text}!",
        lambda text: f" {text.replace(' ', '-')} ",
        lambda text: f"The {text}",
        lambda text: f"**{text}**",
    ]
    made = zip(clean_cards(), islice(cycle(changes), VARIANTS), strict=False)
    return [[_card(card), _card(card, front=change(card.front))] for card, change in made]


def _card(card: Card, **changes: str) -> Item:
    return {**card.model_dump(), **changes}


CARD_FLAWS = _named(short_back, alike_fronts)
CARD_CUES = _named(back_repeats_front)
