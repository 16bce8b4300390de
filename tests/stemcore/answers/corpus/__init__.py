r"""What models send, kind by kind, and what must come of it.

`tuned` holds the cases that the rules of the reader were made with. `held_out` was written before
the reader was changed and is never tuned on: a case that fails there shows that a rule is too
narrow, and the remedy is further cases of its kind in `tuned`.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from stemcore.answers import (
    Answer,
    CaseFolded,
    ItemsAnswer,
    Number,
    OtherNames,
    Statement,
    Strings,
)


class Reply(Answer):
    """An answer of one object."""

    answer: Annotated[Statement, OtherNames("response")]
    level: Annotated[Literal["low", "high"], CaseFolded]
    value: Number | None = None
    notes: Strings = []


class Question(Answer):
    """An item."""

    question: Annotated[Statement, OtherNames("stem")]
    choices: Annotated[Strings, OtherNames("options")]
    answer: Annotated[Statement, OtherNames("correct_answer")]


class Quiz(ItemsAnswer):
    """An answer of several items."""

    items_field = "questions"
    item_field = "question"

    questions: Annotated[list[Question], OtherNames("quiz", "items")]


@dataclass(frozen=True)
class Case:
    """A text and the fields that must come of it.

    `expected` None: it must be asked for again. `may_refuse`: that is right too, but nothing else
    is. For a quiz the stems of the questions that must come, in order.
    """

    kind: str
    text: str
    expected: dict[str, Any] | list[str] | None
    may_refuse: bool = field(default=False, kw_only=True)

    @property
    def model(self) -> type[Answer]:
        return Quiz if isinstance(self.expected, list) else Reply


def says(kind: str, text: str, answer: str, *, may_refuse: bool = False, **fields: Any) -> Case:
    """A case whose answer says that, on level low."""
    return Case(kind, text, {"answer": answer, "level": "low", **fields}, may_refuse=may_refuse)
