"""The one reader of model output: text in, typed answer out."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Generic, NoReturn, TypeVar

from pydantic import ValidationError

from stemcore.answers.errors import UnusableAnswer
from stemcore.answers.faults import faults_of
from stemcore.answers.latex import legal_escapes
from stemcore.answers.model import Answer
from stemcore.answers.names import by_field, spellings
from stemcore.answers.strict import Json, strict_values, text_within
from stemcore.answers.tolerant import tolerant_values
from stemcore.text import clean_text

A = TypeVar("A", bound=Answer)

_MAX_CANDIDATES = 64
_MAX_NODES = 5_000
_MAX_EMBEDDED = 4
_MAX_FAULTS = 8


def read_answer(text: str, model: type[A], label: str) -> A:
    """The answer of type `model` that a model's text holds.

    Every object and list in the text that might be the answer is validated, also those inside
    others, and the valid one that holds most is taken; of equal ones the later, since a model
    corrects itself after a draft. `label` names the answer in messages.

    Raises `UnusableAnswer` with the faults of the candidate that came closest. Its message says
    `No JSON object found`, `not valid JSON` or `Invalid <label> JSON: <faults>`.
    """
    return _Search(model, label).read(text_within(clean_text(text)))


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

    def read(self, text: str) -> A:
        answer = self._read(text, self._embedded)
        return self._refuse(text) if answer is None else answer

    def _read(self, text: str, otherwise: Callable[[list[Json]], A | None]) -> A | None:
        text = legal_escapes(text)
        values, is_all = strict_values(text)
        best = self._best(values)
        if is_all and best is not None:
            return best
        anchored, _ = strict_values(text, self.opener)
        best = _larger(best, self._best(anchored))
        reading = tolerant_values(text, self.opener)
        self.is_cut_off = self.is_cut_off or reading.is_cut_off
        best = _larger(best, self._best(reading.values))
        return otherwise(values + reading.values) if best is None else best

    def _embedded(self, values: list[Json]) -> A | None:
        """Reads the JSON that a wrapper holds as a string."""
        texts = [value for node in _nodes(values) for value in _strings(node) if "{" in value]
        for text in texts[:_MAX_EMBEDDED]:
            if answer := self._read(text, lambda _: None):
                return answer
        return None

    def _best(self, values: list[Json]) -> A | None:
        self.found_json = self.found_json or any(values)
        best: A | None = None
        for value in values:
            answer = self._first_best(_nodes([value]))
            best = best if answer is None else _larger(answer, best)
        together = self._validated(self.model.shape(values)) if len(values) > 1 else None
        return _larger(best, together)

    def _first_best(self, nodes: Iterable[Json]) -> A | None:
        best: A | None = None
        tried = 0
        for node in nodes:
            if (shaped := self.model.shape(node)) is None:
                continue
            best = _larger(best, self._validated(shaped))
            tried += 1
            if tried == _MAX_CANDIDATES:
                break
        return best

    def _validated(self, shaped: Json) -> A | None:
        if not isinstance(shaped, dict):
            return None
        try:
            return self.model.model_validate(shaped)
        except ValidationError as error:
            fields = len(self.model.model_fields.keys() & by_field(self.model, shaped).keys())
            near = _Near(fields, faults_of(error))
            self.near = near if near.is_nearer_than(self.near) else self.near
            return None

    def _refuse(self, text: str) -> NoReturn:
        if self.near is not None:
            cut = ["the JSON is cut off before its end"] if self.is_cut_off else []
            faults = cut + self.near.faults
            raise UnusableAnswer(faults, f"Invalid {self.label} JSON: {_listed(faults)}")
        if self.found_json:
            fields = ", ".join(sorted(self.model.model_fields))
            fault = f"none of the fields {fields} is there"
            raise UnusableAnswer([fault], f"Invalid {self.label} JSON: {fault}")
        if "{" in text or "[" in text:
            message = f"The {self.label} answer is not valid JSON."
            raise UnusableAnswer(["the answer is not valid JSON"], message)
        message = f"No JSON object found in the {self.label} answer."
        raise UnusableAnswer(["the answer holds no JSON object"], message)


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


def _nodes(values: list[Json]) -> Iterator[Json]:
    """Objects and lists, the outer ones first."""
    level, seen = values, 0
    while level and seen < _MAX_NODES:
        nodes = [value for value in level if isinstance(value, dict | list)]
        yield from nodes
        seen += len(nodes)
        level = [inner for node in nodes for inner in _inside(node)]


def _inside(node: dict[str, Json] | list[Json]) -> Iterable[Json]:
    return node.values() if isinstance(node, dict) else node


def _strings(node: Json) -> Iterator[str]:
    if isinstance(node, dict | list):
        yield from (value for value in _inside(node) if isinstance(value, str))


def _listed(faults: list[str]) -> str:
    left_out = len(faults) - _MAX_FAULTS
    more = f"; and {left_out} more" if left_out > 0 else ""
    return "; ".join(faults[:_MAX_FAULTS]) + more
