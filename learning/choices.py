"""The choices of a question and the one that its answer names, in every form that models use."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from learning.gate.sameness import comparable

CHOICES = 4
LETTERS = "ABCD"

_NOUN = r"(?:(?:option|choice|answer)\s*)?"
# "A) …", "(b) …", "C. …", "**D:** …", "Option A - …" in front of a choice.
_LETTER = re.compile(
    rf"\W{{0,2}}{_NOUN}[(\[]?([A-Da-d])(?P<mark>\s*[).:\]]+\**|\s+[-–—](?=\s))\s*(?=\S)", re.I
)
_DIGIT = re.compile(r"\(?([1-4])(?P<mark>\)|[.:](?=\s))\s*(?=\S)")
_ONLY_LETTER = re.compile(
    r"\W{0,2}(?:the\s+)?(?:correct\s+)?(?:(?:option|choice|answer)(?:\s+is)?)?[\s:]*"
    r"[(\[*]*([A-Da-d])[)\].:*]*",
    re.IGNORECASE,
)
_LABEL_NAMES = ("label", "letter", "id", "key", "option", "name", "value")
_TEXT_NAMES = ("text", "content", "choice", "option", "value", "answer", "description", "label")
_RIGHT_NAMES = ("is_correct", "isCorrect", "correct", "is_answer", "isAnswer", "right")
_DISTRACTORS = ("distractors", "incorrect_answers", "wrong_answers", "incorrectAnswers")
_SINGLE = tuple(
    tuple(f"{prefix}{mark}" for mark in marks)
    for prefix in ("option_", "choice_", "option", "choice", "option ", "")
    for marks in ("abcd", LETTERS, "1234")
)
_SHORT = 2
_LABEL = re.compile(r"[A-Da-d1-4]")

Entry: TypeAlias = tuple[str | None, Any, bool]
"""Label, text and mark of one choice."""


@dataclass(frozen=True)
class Choices:
    """The texts of the choices without labels, their labels as they came, and the one marked."""

    texts: list[Any]
    labelled: tuple[str, ...] = ()
    marked: int | None = None

    def place_of(self, answer: object, *, code: bool) -> int | None:
        """The place of the choice that an answer names: by text, labelled text, letter or mark.

        None where it names none, or where what it says does not agree.
        """
        if not isinstance(answer, str) or not answer.strip():
            return self.marked
        place = self._by_text(answer, code=code)
        if place is None:
            place = self._by_label(answer, code=code)
        return place if self.marked in (None, place) else None

    def _by_text(self, answer: str, *, code: bool) -> int | None:
        texts = [text for text in self.texts if isinstance(text, str)]
        for among in (texts, self.labelled):
            if answer in among:
                return list(among).index(answer)
        wanted = comparable(answer, code=code)
        alike = [n for n, text in enumerate(texts) if comparable(text, code=code) == wanted]
        return alike[0] if len(alike) == 1 else None

    def _by_label(self, answer: str, *, code: bool) -> int | None:
        if only := _ONLY_LETTER.fullmatch(answer):
            return self._at_letter(only[1].upper())
        if label := _LETTER.match(answer) or _DIGIT.match(answer):
            text = self._by_text(answer[label.end() :].strip(" *"), code=code)
            labels = LETTERS if label[1].isalpha() else "1234"
            return text if text == labels.index(label[1].upper()) else None
        return None

    def _at_letter(self, letter: str) -> int | None:
        """The place of a letter, unless the choice there begins with another one."""
        place = LETTERS.index(letter)
        text = self.texts[place] if place < len(self.texts) else None
        begins = _LETTER.match(text) if isinstance(text, str) else None
        return None if begins and begins[1].upper() != letter else place


def choices_in(fields: Mapping[str, Any]) -> Choices | None:
    """The choices of a question's fields, or None when there is nothing that could be them.

    Choices with letters come in the order of these, so that a letter anywhere means a place.
    """
    listed = _listed(fields)
    if listed is None:
        return None
    entries = _by_letter([_entry(one) for one in listed])
    texts = [text for _, text, _ in entries]
    marked = [place for place, (_, _, is_right) in enumerate(entries) if is_right]
    labels = [label for label, _, _ in entries]
    return Choices(
        without_labels(texts),
        labels_of(texts, labels),
        marked[0] if len(marked) == 1 else None,
    )


def _by_letter(entries: list[Entry]) -> list[Entry]:
    """The entries in the order of their letters, where these are A to D."""
    letters = [_letter_of(entry) for entry in entries]
    if sorted(letters) != list(LETTERS):
        return entries
    return [entry for _, entry in sorted(zip(letters, entries, strict=True), key=lambda it: it[0])]


def _letter_of(entry: Entry) -> str:
    label, text, _ = entry
    if label:
        return label.strip(" ().:").upper()
    found = _LETTER.match(text) if isinstance(text, str) else None
    # "C. elegans" before "A. thaliana" is no label but a name.
    return found[1].upper() if found and found["mark"].strip() != "." else ""


def labels_of(texts: Sequence[Any], labels: Sequence[str | None]) -> tuple[str, ...]:
    """Under what an answer may name the choices: their texts with labels, else their own ids."""
    if all(labels):
        return tuple(str(label) for label in labels)
    return tuple(text for text in texts if isinstance(text, str))


def _listed(fields: Mapping[str, Any]) -> list[Any] | None:
    choices = fields.get("choices")
    if isinstance(choices, Mapping):
        return [choices[key] for key in sorted(choices, key=str.casefold)]
    if isinstance(choices, str):
        return [line.strip() for line in choices.splitlines() if line.strip()]
    if isinstance(choices, list):
        return choices
    for names in _SINGLE:
        if all(name in fields for name in names):
            return [fields[name] for name in names]
    for name in _DISTRACTORS:
        if isinstance(others := fields.get(name), list) and isinstance(fields.get("answer"), str):
            return [fields["answer"], *others]
    return None


def _entry(value: object) -> Entry:
    """What a choice says that may be an object."""
    if not isinstance(value, Mapping):
        return None, _plain(value), False
    if len(value) == 1:
        ((label, text),) = value.items()
        return (label if len(label) <= _SHORT else None), _plain(text), False
    names = [name for name in _TEXT_NAMES if isinstance(value.get(name), str | int | float)]
    # {"option": "A", "value": "newton"}: a letter is the text only where nothing else is.
    worded = (name for name in names if not _LABEL.fullmatch(str(value[name])))
    text_name = next(worded, names[0] if names else None)
    label_name = next((name for name in _LABEL_NAMES if name in value and name != text_name), None)
    label = str(value[label_name]) if label_name else None
    is_right = any(value.get(name) is True for name in _RIGHT_NAMES)
    return label, _plain(value[text_name]) if text_name else None, is_right


def _plain(value: object) -> object:
    """A choice as text; true and false as JSON writes them would be no text to a student."""
    if isinstance(value, bool):
        return str(value)
    return str(value) if isinstance(value, int | float) else value


def without_labels(choices: list[Any]) -> list[Any]:
    """The choices without "A)", "B)", … when all four of them have it, in order."""
    if len(choices) != CHOICES or not all(isinstance(choice, str) for choice in choices):
        return choices
    for label, marks in ((_LETTER, LETTERS), (_DIGIT, "1234")):
        found = [label.match(choice) for choice in choices]
        matches = [match for match in found if match]
        if "".join(match[1].upper() for match in matches) != marks:
            continue
        texts = [match.string[match.end() :].strip() for match in matches]
        if all(_is_label(match, text) for match, text in zip(matches, texts, strict=True)):
            return texts
    return choices


def _is_label(match: re.Match[str], text: str) -> bool:
    """Whether what stands before the text is a label, not a part of it ("A - B", "1: 2")."""
    mark = match["mark"].strip(" *")
    if mark in ("-", "–", "—", ":"):
        return len(text) >= _SHORT and (match[1].isalpha() or text[0].isalpha())
    return mark != "." or match[1].isalpha() or any(character.isalpha() for character in text)
