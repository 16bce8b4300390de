"""What the typed answers of all features share."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar, Self, TypeVar, cast, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from stemcore.answers.strict import Json

M = TypeVar("M", bound=BaseModel)

_RULE = "rule_"
# Pydantic speaks of inputs, strings and lists; here the field is named in front.
_SHOULD = re.compile(r"\A(?:Input|String|List|Value) should")


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

    `items_field` names the field, `item_field` one that every item has. Items that do not
    validate are left out; `dropped` are the kinds of their faults. An answer of which no item is
    left does not validate.
    """

    items_field: ClassVar[str]
    item_field: ClassVar[str]

    _dropped: tuple[str, ...] = PrivateAttr(())

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

    @model_validator(mode="wrap")
    @classmethod
    def _keep_valid(cls, value: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        entries = value.get(cls.items_field) if isinstance(value, dict) else None
        if not isinstance(entries, list):
            return validate(value)
        items, errors = valid_items(cls._item_type(), entries)
        if errors and not items:
            raise Faults(
                f"{cls.items_field}[{index}].{fault}"
                for index, error in errors
                for fault in faults_of(error)
            )
        answer = validate({**value, cls.items_field: items})
        answer._dropped = tuple(kind for _, error in errors for kind in kinds_of(error))
        return answer

    @classmethod
    def _item_type(cls) -> type[BaseModel]:
        (item_type,) = get_args(cls.model_fields[cls.items_field].annotation)
        return cast(type[BaseModel], item_type)

    @property
    def dropped(self) -> tuple[str, ...]:
        return self._dropped

    @property
    def size(self) -> int:
        return len(getattr(self, self.items_field))


class Faults(ValueError):
    """Several faults that one validator found."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


def valid_items(
    item: type[M], values: Iterable[object]
) -> tuple[list[M], list[tuple[int, ValidationError]]]:
    """The values that validate as `item`, and the position and error of each that does not."""
    items: list[M] = []
    errors: list[tuple[int, ValidationError]] = []
    for index, value in enumerate(values):
        try:
            items.append(item.model_validate(value))
        except ValidationError as error:
            errors.append((index, error))
    return items, errors


def faults_of(error: ValidationError) -> list[str]:
    """What is wrong, one sentence a fault, naming the field and never what stood in it."""
    found: list[str] = []
    for fault in error.errors(include_url=False, include_input=False):
        path = _path(fault["loc"])
        several = fault.get("ctx", {}).get("error")
        if isinstance(several, Faults):
            found += [path + one for one in several.faults]
        else:
            found.append(path + _sentence(fault["type"], fault["msg"]))
    return found


def kinds_of(error: ValidationError) -> list[str]:
    """The kinds of the faults: the names of broken rules, `invalid` for every other fault."""
    kinds = [fault["type"] for fault in error.errors(include_url=False, include_input=False)]
    return [kind.removeprefix(_RULE) if kind.startswith(_RULE) else "invalid" for kind in kinds]


def broken_rule(name: str, message: str) -> PydanticCustomError:
    """The error of a validator of ours; `name` is the rule's name in counts of findings."""
    return PydanticCustomError(_RULE + name, message)


def _path(location: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return f"{path.lstrip('.')}: " if path else ""


def _sentence(kind: str, message: str) -> str:
    if kind == "missing":
        return "is missing"
    return _SHOULD.sub("must", message.removeprefix("Value error, "))


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
