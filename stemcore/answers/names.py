r"""Under which name a field comes: its own in any case and padding, or another usual one.

A model that was asked for `sourceLabel` writes `source_label`, `Source Label`, ` SOURCELABEL ` or
`source`. The first three need no word; the last is declared where the field is::

    class Citation(Answer):
        source_label: Annotated[Statement, OtherNames("source", "label", "cited_source")]
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

_PADDING = re.compile(r"[\W_]+")
# A longer key is a text, not a name.
_LONGEST_NAME = 80
# An empty field gives way to any other name of the same thing.
_EMPTY = 1_000


class OtherNames:
    """Metadata for an annotated field: what models call it too, the likeliest name first.

    Case, spaces, hyphens and underscores do not count, so `OtherNames("correct_answer")` takes
    `correctAnswer` and `Correct Answer` as well. Where several names of one field are there its
    own counts, then the earlier one of these; a null counts only when nothing else is there. A
    name that is a field of the same model always means that field.
    """

    def __init__(self, *names: str) -> None:
        self.names = names


def folded_name(key: str) -> str:
    """The name without case, spaces and punctuation."""
    return _PADDING.sub("", key).casefold() if len(key) <= _LONGEST_NAME else key


@cache
def field_names(model: type[BaseModel]) -> Mapping[str, tuple[str, int]]:
    """By folded name: the field that is meant, and how far the name is from its own."""
    names = {folded_name(name): (name, 0) for name in model.model_fields}
    for name, field in model.model_fields.items():
        others = [other for entry in field.metadata for other in _names_in(entry)]
        for rank, other in enumerate(others, start=1):
            names.setdefault(folded_name(other), (name, rank))
    return names


@cache
def spellings(model: type[BaseModel]) -> tuple[str, ...]:
    """Every name that a field may have, as it is declared, the longer ones first."""
    names = set(model.model_fields)
    for field in model.model_fields.values():
        names |= {field.alias} if field.alias else set()
        names |= {other for entry in field.metadata for other in _names_in(entry)}
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


@cache
def names_within(model: type[BaseModel]) -> frozenset[str]:
    """The folded names of the fields of a model and of the models that its fields hold."""
    names = set(field_names(model))
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            names |= names_within(inner)
    return frozenset(names)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _names_in(entry: object) -> tuple[str, ...]:
    return entry.names if isinstance(entry, OtherNames) else ()


def has_field(model: type[BaseModel], value: Mapping[str, Any]) -> bool:
    """Whether one of the keys is a name of a field."""
    names = field_names(model)
    return any(key in names or folded_name(key) in names for key in value)


def by_field(model: type[BaseModel], value: Mapping[str, Any]) -> dict[str, Any]:
    """The object with the names of the model's fields as keys; other keys stay as they are."""
    names = field_names(model)
    fields: dict[str, Any] = {}
    ranks: dict[str, int] = {}
    for key, entry in value.items():
        name, rank = names.get(key) or names.get(folded_name(key)) or (key, 0)
        rank += _EMPTY if entry is None else 0
        if name not in ranks or rank < ranks[name]:
            fields[name], ranks[name] = entry, rank
    return fields
