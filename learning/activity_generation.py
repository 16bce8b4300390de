"""Making quizzes and flashcards out of a class's blueprint and materials."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any

from learning.errors import FlashcardsFailed, QuizFailed
from learning.flashcards import Card, CardsAnswer
from learning.gate.card_gate import gate_cards
from learning.gate.findings import Judged
from learning.gate.quiz_gate import gate_quiz, spread_keys, with_telling_lengths
from learning.generation import CONTEXT_TOKENS, INSTRUCTION_TOKENS, Generated
from learning.items import ItemKind, Wish, make_items
from learning.quiz import QuizAnswer, QuizQuestion
from stemcore.answers import answer_schema
from stemcore.prompts import Prompt, PromptTemplate, PromptValue, Untrusted, fenced_text
from stemcore.providers import Call, ProviderError
from stemcore.text import cut_lines, one_line

_PROMPTS = Path(__file__).parent / "prompts"
QUIZ_PROMPT = PromptTemplate(_PROMPTS / "quiz", version=2)
CARDS_PROMPT = PromptTemplate(_PROMPTS / "flashcards", version=2)


def _one_by_one(judged: Sequence[Judged[Card]], _: int) -> list[Judged[Card]]:
    """Cards give no cues as a set."""
    return list(judged)


QUIZ = ItemKind(
    "quiz", QuizAnswer, answer_schema(QuizAnswer, "quiz"), gate_quiz, with_telling_lengths
)
CARDS = ItemKind(
    "flashcards", CardsAnswer, answer_schema(CardsAnswer, "flashcards"), gate_cards, _one_by_one
)

_random = SystemRandom()


@dataclass(frozen=True)
class ActivityWanted:
    """What a quiz or a deck is made from, and how many items it shall have."""

    class_title: str
    count: int
    instructions: str
    blueprint_context: str = ""
    material_context: str = ""


def quiz_prompt(wanted: ActivityWanted, wish: Wish[QuizQuestion]) -> Prompt:
    stems = (question.question for question in wish.made)
    return QUIZ_PROMPT.render(**_values(wanted, wish, stems))


def cards_prompt(wanted: ActivityWanted, wish: Wish[Card]) -> Prompt:
    fronts = (card.front for card in wish.made)
    return CARDS_PROMPT.render(**_values(wanted, wish, fronts))


async def generate_quiz(wanted: ActivityWanted, call: Call) -> Generated[QuizAnswer]:
    """A quiz of valid questions, their keys spread over the four places. Raises QuizFailed."""
    try:
        made = await make_items(QUIZ, wanted.count, partial(quiz_prompt, wanted), call)
    except ProviderError as error:
        raise QuizFailed(error.message) from error
    questions = spread_keys(made.items, _random)
    return Generated(QuizAnswer.model_construct(questions=questions), made.result, made.quality)


async def generate_flashcards(wanted: ActivityWanted, call: Call) -> Generated[CardsAnswer]:
    """A deck of valid cards. Raises FlashcardsFailed."""
    try:
        made = await make_items(CARDS, wanted.count, partial(cards_prompt, wanted), call)
    except ProviderError as error:
        raise FlashcardsFailed(error.message) from error
    cards = list(made.items)
    return Generated(CardsAnswer.model_construct(cards=cards), made.result, made.quality)


def _values(wanted: ActivityWanted, wish: Wish[Any], made: Iterable[str]) -> dict[str, PromptValue]:
    return {
        "count": wish.count,
        "faults": "\n".join(f"- {fault}" for fault in wish.faults),
        "class_title": Untrusted(wanted.class_title),
        "instructions": _cut(wanted.instructions, INSTRUCTION_TOKENS),
        "blueprint_context": _cut(wanted.blueprint_context, CONTEXT_TOKENS),
        "material_context": _cut(wanted.material_context, CONTEXT_TOKENS),
        "already_made": Untrusted("\n".join(f"- {one_line(text)}" for text in made)),
    }


def _cut(text: str, tokens: int) -> Untrusted:
    return Untrusted(cut_lines(fenced_text(text), tokens))
