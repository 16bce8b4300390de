"""Model text to typed answer: one reader; the typed answers live in the apps they belong to."""

from stemcore.answers.errors import UnusableAnswer
from stemcore.answers.faults import Faults, broken_rule, faults_of
from stemcore.answers.fields import (
    LEFT_OUT,
    CaseFolded,
    Number,
    OrNone,
    Statement,
    Strings,
    Whole,
)
from stemcore.answers.leaks import refuse_leak
from stemcore.answers.model import Answer, ItemsAnswer, valid_items
from stemcore.answers.names import OtherNames
from stemcore.answers.reader import read_answer
from stemcore.answers.schema import AnswerSchema, answer_schema

__all__ = [
    "LEFT_OUT",
    "Answer",
    "AnswerSchema",
    "CaseFolded",
    "Faults",
    "ItemsAnswer",
    "Number",
    "OrNone",
    "OtherNames",
    "Statement",
    "Strings",
    "UnusableAnswer",
    "Whole",
    "answer_schema",
    "broken_rule",
    "faults_of",
    "read_answer",
    "refuse_leak",
    "valid_items",
]
