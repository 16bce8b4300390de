"""The one reader of model output: text in, typed answer out."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Generic, NoReturn, TypeVar

from pydantic import ValidationError

from stemcore.answers.errors import UnusableAnswer
from stemcore.answers.faults import faults_of
from stemcore.answers.items import inside, nodes
from stemcore.answers.latex import legal_escapes
from stemcore.answers.model import Answer
from stemcore.answers.names import by_field, folded_name, names_within, spellings
from stemcore.answers.strict import Found, Json, strict_value, strict_values, text_within
from stemcore.answers.texts import mended
from stemcore.answers.thoughts import without_thoughts
from stemcore.answers.tolerant import tolerant_values, unescaped
from stemcore.text import clean_text

A = TypeVar("A", bound=Answer)

MAX_CHARS = 8_000_000
"""A longer answer is not read."""

_BROKEN_CHARS = 200_000
"""No more of a text that is not valid JSON is read, a multiple of any real answer."""

_MAX_VALUES = 32
_MAX_CANDIDATES = 16
_MAX_EMBEDDED = 4
_ANY_BRACKET = re.compile(r"[{\[]")
# What follows an object that stands inside the text of a string.
_REST_OF_STRING = re.compile(
    r"""[^"“”{}\[\]\n]{0,400}["”]\s*(?:,\s*["“](?P<key>[^"“”\n]{1,80})["”]\s*:|\}\s*(?:```|\Z))"""
)
# A whole object of which every quote was escaped, as it stands inside a JSON string.
_ESCAPED_OPENER = re.compile(r'\{(?:\s|\\[nrt])*+\\+"')


def read_answer(text: str, model: type[A], label: str) -> A:
    """The answer of type `model` that a model's text holds.

    What the model thought is cut first. JSON that is valid is taken as it is; what is broken is
    read as far as nothing has to be guessed. Every object and list in the text that might be the
    answer is validated, also those inside others, and the valid one that holds most is taken; of
    equal ones the later, since a model corrects itself after a draft. `label` names the answer in
    messages.

    Raises `UnusableAnswer` with the faults of the candidate that came closest. Its message says
    `No JSON object found`, `not valid JSON` or `Invalid <label> JSON: <faults>`.
    """
    if len(text) > MAX_CHARS:
        message = f"The {label} answer is not valid JSON: it is too long."
        raise UnusableAnswer(["the answer is far too long"], message)
    return _Search(model, label).read(text_within(without_thoughts(clean_text(text))))


@dataclass
class _Near:
    """An invalid candidate: how many fields it has, and its faults."""

    fields: int
    faults: list[str]

    def is_nearer_than(self, other: "_Near | None") -> bool:
        if other is None:
            return True
        return (self.fields, -len(self.faults)) > (other.fields, -len(other.faults))


class _Search(Generic[A]):
    def __init__(self, model: type[A], label: str) -> None:
        self.model = model
        self.label = label
        self.opener = _opener(model)
        self.near: _Near | None = None
        self.found_json = False
        self.is_cut_off = False
        self.is_doubtful = False

    def read(self, text: str) -> A:
        answer = self._read(_with_first_brace(text, self.model), self._embedded)
        return self._refuse(text) if answer is None else answer

    def _read(self, text: str, otherwise: Callable[[str, list[Json]], A | None]) -> A | None:
        valid = strict_values(text)
        values, is_all = valid
        if is_all and (answer := self._best([_mended(text, found) for found in values])):
            return answer
        part = text
        if len(text) > _BROKEN_CHARS:
            anchored = strict_values(text, self.opener)[0]
            if answer := self._best([_mended(text, found) for found in anchored]):
                return answer
            part = self._part(text)
        broken = legal_escapes(_from_first_bracket(part))
        if broken != text:
            valid = strict_values(broken)
        answer = self._read_broken(broken, *valid)
        return answer or otherwise(text, [found.value for found in values])

    def _part(self, text: str) -> str:
        """Of a text far too long what stands where the answer begins."""
        opener = self.opener.search(text) or _ANY_BRACKET.search(text)
        start = opener.start() if opener else 0
        return text[start : start + _BROKEN_CHARS]

    def _read_broken(self, text: str, values: list[Found], is_all: bool) -> A | None:
        """The answer of a text whose escapes are legal and in which `values` are valid."""
        anchored = [] if is_all else strict_values(text, self.opener)[0]
        best = self._best(self._whole(anchored or values, text))
        if is_all and best is not None:
            return best
        reading = tolerant_values(text, self.opener, names_within(self.model))
        self.is_cut_off = self.is_cut_off or reading.is_cut_off
        self.is_doubtful = self.is_doubtful or reading.is_doubtful
        return _larger(best, self._best(self._whole(reading.found, text)))

    def _whole(self, values: list[Found], text: str) -> list[Json]:
        """The values but for those that stand inside a text whose quotes were not escaped."""
        whole = [found.value for found in values if not self._is_quoted(found, text)]
        return [mended(value) for value in whole] if r"\\" in text else whole

    def _is_quoted(self, found: Found, text: str) -> bool:
        rest = _REST_OF_STRING.match(text, found.end)
        if rest is None or not rest["key"]:
            return bool(rest)
        return folded_name(rest["key"]) in names_within(self.model)

    def _embedded(self, text: str, values: list[Json]) -> A | None:
        """Reads the JSON that a wrapper holds as a string, or that was escaped as a whole."""
        texts = [value for node in nodes(values) for value in _strings(node) if "{" in value]
        if opener := _ESCAPED_OPENER.search(text):
            texts.append(unescaped(text[opener.start() : text.rfind("}") + 1]))
        for inner in texts[:_MAX_EMBEDDED]:
            if answer := self._read(inner, lambda *_: None):
                return answer
        return None

    def _best(self, values: list[Json]) -> A | None:
        self.found_json = self.found_json or bool(values)
        if len(values) > 1 and (answer := self._first_valid(self.model.together(values))):
            return answer
        best: A | None = None
        # Of countless values the last ones, where a model ends up.
        for value in values[-_MAX_VALUES:]:
            answer = self._first_valid(self.model.candidates(value))
            best = best if answer is None else _larger(answer, best)
        return best

    def _first_valid(self, candidates: Iterable[dict[str, Any]]) -> A | None:
        """The first that is a valid answer: what is inside it is a part of it."""
        tried = (self._validated(one) for one in islice(candidates, _MAX_CANDIDATES))
        return next((answer for answer in tried if answer is not None), None)

    def _validated(self, shaped: dict[str, Any]) -> A | None:
        try:
            return self.model.model_validate(shaped)
        except ValidationError as error:
            fields = len(self.model.model_fields.keys() & by_field(self.model, shaped).keys())
            near = _Near(fields, faults_of(error))
            self.near = near if near.is_nearer_than(self.near) else self.near
            return None

    def _refuse(self, text: str) -> NoReturn:
        if self.near is not None:
            faults = self._faults_of_text() + self.near.faults
            raise UnusableAnswer.invalid(self.label, faults)
        if self.found_json:
            names = self.model.model_fields.items()
            fields = ", ".join(sorted(field.alias or name for name, field in names))
            raise UnusableAnswer.invalid(self.label, [f"none of the fields {fields} is there"])
        if "{" in text or "[" in text:
            message = f"The {self.label} answer is not valid JSON."
            raise UnusableAnswer(["the answer is not valid JSON"], message)
        message = f"No JSON object found in the {self.label} answer."
        raise UnusableAnswer(["the answer holds no JSON object"], message)

    def _faults_of_text(self) -> list[str]:
        found = []
        if self.is_doubtful:
            found.append("a string holds quotes that are not escaped, so its end is doubtful")
        if self.is_cut_off:
            found.append("the JSON is cut off before its end")
        return found


def _mended(text: str, found: Found) -> Json:
    """A valid value of a text, with the escapes that were meant as LaTeX."""
    if "\\" not in text:
        return found.value
    own = text[found.start : found.end]
    legal = legal_escapes(own)
    value = found.value if legal == own else strict_value(legal)
    return mended(value) if r"\\" in legal else value


def _from_first_bracket(text: str) -> str:
    """The text without the prose before the JSON, whose backslashes say nothing about it."""
    bracket = _ANY_BRACKET.search(text)
    return text[bracket.start() :] if bracket else text


def _with_first_brace(text: str, model: type[Answer]) -> str:
    """The text with the brace that it lost: where a field comes before anything else."""
    bracket = _ANY_BRACKET.search(text)
    field = _first_field(model).search(text, 0, bracket.start() if bracket else len(text))
    return f"{text[: field.start()]}{{{text[field.start() :]}" if field else text


@cache
def _first_field(model: type[Answer]) -> re.Pattern[str]:
    names = "|".join(_padded(name) for name in spellings(model))
    return re.compile(rf'^[^\S\n]*["“](?:{names})["”]\s*:', re.IGNORECASE | re.MULTILINE)


@cache
def _opener(model: type[Answer]) -> re.Pattern[str]:
    """Where an object begins with a field of the answer."""
    names = "|".join(_padded(name) for name in spellings(model))
    return re.compile(rf'\{{\s*["“]\s*(?:{names})\s*["”]\s*:', re.IGNORECASE)


def _padded(name: str) -> str:
    """The name, its words joined by nothing, an underscore, a hyphen or a space."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)
    return r"[\s_-]?".join(map(re.escape, words))


def _larger(first: A | None, second: A | None) -> A | None:
    """The larger answer, the first one when they are alike."""
    if first is None or (second is not None and second.size > first.size):
        return second
    return first


def _strings(node: Json) -> Iterator[str]:
    if isinstance(node, dict | list):
        yield from (value for value in inside(node) if isinstance(value, str))
