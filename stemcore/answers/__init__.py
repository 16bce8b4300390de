"""Model text to typed answer: one reader; the typed answers live in the apps they belong to."""

from stemcore.answers.errors import UnusableAnswer
from stemcore.answers.model import (
    Answer,
    CaseFolded,
    Faults,
    ItemsAnswer,
    Statement,
    Strings,
    broken_rule,
    faults_of,
    valid_items,
)
from stemcore.answers.reader import read_answer
from stemcore.answers.schema import AnswerSchema, answer_schema

__all__ = [
    "Answer",
    "AnswerSchema",
    "CaseFolded",
    "Faults",
    "ItemsAnswer",
    "Statement",
    "Strings",
    "UnusableAnswer",
    "answer_schema",
    "broken_rule",
    "faults_of",
    "read_answer",
    "valid_items",
]
