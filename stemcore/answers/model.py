"""What the typed answers of all features share."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from stemcore.answers.strict import Json

M = TypeVar("M", bound=BaseModel)

_MAX_FAULTS = 8


class Answer(BaseModel):
    """A model's answer, or a part of one, written with names in snake case or camel case.

    Unknown fields are ignored, numbers serve where text is wanted.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
        str_strip_whitespace=True,
    )

    @classmethod
    def field_names(cls) -> frozenset[str]:
        """The names a field may have in the JSON."""
        aliases = (field.alias for field in cls.model_fields.values() if field.alias)
        return frozenset(cls.model_fields) | frozenset(aliases)

    @classmethod
    def shape(cls, value: Json) -> Json:
        """What of a JSON value might be this answer, or None: an object with one of its fields."""
        if isinstance(value, dict) and not cls.field_names().isdisjoint(value):
            return value
        return None

    @property
    def size(self) -> int:
        """How much a valid answer holds; of several the reader takes the largest."""
        return 0


class ItemsAnswer(Answer):
    """An answer that is a list of items under one field, also read when it comes bare.

    `items_field` names the field, `item_field` one that every item has.
    """

    items_field: ClassVar[str]
    item_field: ClassVar[str]

    @classmethod
    def shape(cls, value: Json) -> Json:
        if isinstance(value, dict):
            if cls.items_field in value:
                return value
            return {cls.items_field: [value]} if cls.item_field in value else None
        if isinstance(value, list) and any(cls._is_item(item) for item in value):
            return {cls.items_field: list(value)}
        return None

    @classmethod
    def _is_item(cls, value: Json) -> bool:
        return isinstance(value, dict) and cls.item_field in value

    @property
    def size(self) -> int:
        return len(getattr(self, self.items_field))


def valid_items(item: type[M], values: object) -> object:
    """The entries of a list that validate as `item`; anything but a list is handed back as it is.

    Raises ValueError with the faults when there are entries and none is valid.
    """
    if not isinstance(values, list):
        return values
    items, faults = [], []
    for index, value in enumerate(values):
        try:
            items.append(item.model_validate(value))
        except ValidationError as error:
            faults += [f"[{index}] {fault}" for fault in faults_of(error)]
    if faults and not items:
        raise ValueError("; ".join(faults[:_MAX_FAULTS]))
    return items


def faults_of(error: ValidationError) -> list[str]:
    """What is wrong, one sentence a fault, naming the field and never what stood in it."""
    return [
        f"{_path(fault['loc'])}{_sentence(fault['type'], fault['msg'])}"
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def _path(location: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return f"{path.lstrip('.')}: " if path else ""


def _sentence(kind: str, message: str) -> str:
    if kind == "missing":
        return "is missing"
    return message.removeprefix("Value error, ").replace("Input should be", "must be")


def _says_something(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise ValueError("must say something")
    return text


def _lowered(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _trimmed(value: object) -> object:
    """The strings of a list, trimmed, without blanks and repetitions; one string is a list."""
    if value is None:
        return []
    entries = [value] if isinstance(value, str) else value
    return list(dict.fromkeys(_texts(entries))) if isinstance(entries, list) else value


def _texts(values: list[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str | int | float) and (text := str(value).strip()):
            yield text


Statement = Annotated[str, AfterValidator(_says_something)]
"""Text with at least one letter or digit."""

Strings = Annotated[list[str], BeforeValidator(_trimmed)]
"""A list of texts, trimmed and without repetitions."""

CaseFolded = BeforeValidator(_lowered)
"""Puts a word of a fixed set into lower case before it is checked."""
