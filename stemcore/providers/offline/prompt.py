"""What a prompt of this service holds, read back from its text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from stemcore.citations import BLUEPRINT_LABEL, Passage, blueprint_passage, passages_of
from stemcore.sentences import best_match, key_term, sentences

_FENCED = re.compile(r"⟦begin (\w+) (\w+)⟧\n(.*?)\n⟦end \1 \2⟧", re.DOTALL)
_QUESTION = re.compile(r"question|message", re.IGNORECASE)
_WANTED = re.compile(r"\b(\d{1,2})\b(?:\s+[\w-]+){0,3}?\s+(?:questions?|items?|cards?|flashcards?)")
DEFAULT_WANTED = 5


@dataclass(frozen=True)
class Statement:
    """A sentence of the context and the label it stands under, which may be empty."""

    text: str
    label: str


@dataclass(frozen=True)
class PromptContent:
    """`statements` are those of the labelled context, or of all text when none is labelled;
    `parts` are the texts given, by name."""

    question: str
    statements: tuple[Statement, ...]
    wanted: int
    parts: Mapping[str, str] = field(default_factory=dict)

    def best(self) -> Statement | None:
        """The statement that shares most with the question; None when none shares anything."""
        if not self.statements:
            return None
        index, score = best_match(self.question, [item.text for item in self.statements])
        return self.statements[index] if score > 0 else None

    def terms(self) -> list[tuple[str, Statement]]:
        """Each statement with a term of its own: those of the material, then the blueprint's."""
        found: dict[str, tuple[str, Statement]] = {}
        for statement in sorted(self.statements, key=lambda one: one.label == BLUEPRINT_LABEL):
            term = key_term(statement.text)
            if term:
                found.setdefault(term.lower(), (term, statement))
        return list(found.values())


def read_prompt(user: str) -> PromptContent:
    """The parts of a user text: its question, its context, the number of items asked for."""
    blocks = [(found[1], found[3]) for found in _FENCED.finditer(user)]
    outside = _FENCED.sub("\n", user)
    questions = [text for name, text in blocks if _QUESTION.search(name)]
    others = [text for name, text in blocks if not _QUESTION.search(name)]
    # A transcript or a memory says nothing that could be cited.
    passages = [passage for text in others for passage in _passages(text)]
    wanted = _WANTED.search(outside)
    return PromptContent(
        question=questions[-1] if questions else _last_paragraph(outside),
        statements=_statements(passages) or _unlabelled("\n".join(others) or user),
        wanted=int(wanted[1]) if wanted else DEFAULT_WANTED,
        parts=dict(blocks),
    )


def _last_paragraph(text: str) -> str:
    return next((part for part in reversed(text.strip().split("\n\n")) if part.strip()), text)


def _passages(text: str) -> tuple[Passage, ...]:
    is_blueprint = text.lstrip().startswith(BLUEPRINT_LABEL)
    return blueprint_passage(text) if is_blueprint else passages_of(text)


def _statements(passages: list[Passage]) -> tuple[Statement, ...]:
    return tuple(
        Statement(sentence, passage.label)
        for passage in passages
        for sentence in sentences(passage.text)
    )


def _unlabelled(text: str) -> tuple[Statement, ...]:
    return tuple(Statement(sentence, "") for sentence in sentences(text))
