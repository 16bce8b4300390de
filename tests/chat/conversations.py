"""Conversations for tests: lists of turns with chosen or drawn texts."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import strategies as st

from chat.turns import Turn

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TEXT = """photosynthesis enzyme NADP+ ATP membrane chlorophyll glucose? confused therefore osmosis
why light reaction I don't understand the Calvin cycle. This means energy is stored"""
WORDS = TEXT.split(" ")


def turn(index: int, author: str, text: str, *, cited: bool = False, at: int | None = None) -> Turn:
    """The turn number `index`; `at` (default: its number) is its minute."""
    moment = START + timedelta(minutes=index if at is None else at)
    return Turn(UUID(int=index + 1), author, text, moment, cited=cited)


def conversation(length: int, *, chars: int = 40, asker: str = "student") -> list[Turn]:
    """So many turns, questions and cited answers in alternation."""
    return [
        turn(i, "assistant", f"Answer {i} about light. ".ljust(chars, "x"), cited=True)
        if i % 2
        else turn(i, asker, f"Question {i} about light? ".ljust(chars, "y"))
        for i in range(length)
    ]


@st.composite
def conversations(draw: st.DrawFn, most: int = 180) -> list[Turn]:
    """Conversations of drawn length, authors and texts, with shared timestamps, in place order."""
    length = draw(st.integers(0, most))
    random = Random(draw(st.integers(0, 2**32)))
    turns = [
        turn(
            index,
            random.choice(("student", "teacher", "assistant")),
            " ".join(random.choices(WORDS, k=random.choice((0, 3, 20, 200)))),
            cited=random.random() < 0.5,
            at=index // random.choice((1, 3)),
        )
        for index in range(length)
    ]
    return sorted(turns, key=lambda one: one.place)
