"""What the typed answers of all features share."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self, TypeVar, cast, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from stemcore.answers.faults import Faults, faults_of, kinds_of
from stemcore.answers.names import by_field, has_field
from stemcore.answers.strict import Json

M = TypeVar("M", bound=BaseModel)


class Answer(BaseModel):
    """A model's answer, or a part of one.

    Its fields are read under their own names in any case and padding (`sourceLabel`,
    `source_label`, `Source Label`) and under those declared with `OtherNames`. Unknown fields are
    ignored, numbers serve where text is wanted. Where a bare text stands for the whole object
    `text_field` names the field that it fills.

    What needs several fields at once (an answer given as the letter of a choice) is mended in
    `prepared`, which gets the fields under their Python names, before any is checked.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
        str_strip_whitespace=True,
    )

    text_field: ClassVar[str | None] = None

    @classmethod
    def prepared(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields as they go into validation; keys that name no field stay as they came."""
        return fields

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        if isinstance(value, str) and cls.text_field:
            value = {cls.text_field: value}
        return cls.prepared(by_field(cls, value)) if isinstance(value, dict) else value

    @classmethod
    def shape(cls, value: Json) -> Json:
        """What of a JSON value might be this answer, or None: an object with one of its fields."""
        return value if isinstance(value, dict) and has_field(cls, value) else None

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
            fields = by_field(cls, value)
            if cls.items_field in fields:
                return fields
            return {cls.items_field: [value]} if cls._is_item(value) else None
        if isinstance(value, list) and any(cls._is_item(item) for item in value):
            return {cls.items_field: list(value)}
        return None

    @classmethod
    def _is_item(cls, value: Json) -> bool:
        return isinstance(value, dict) and cls.item_field in by_field(cls._item_type(), value)

    @model_validator(mode="wrap")
    @classmethod
    def _keep_valid(cls, value: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        fields = by_field(cls, value) if isinstance(value, dict) else {}
        entries = fields.get(cls.items_field)
        if not isinstance(entries, list):
            return validate(value)
        items, errors = valid_items(cls._item_type(), entries)
        if errors and not items:
            raise Faults(
                f"{cls.items_field}[{index}].{fault}"
                for index, error in errors
                for fault in faults_of(error)
            )
        answer = validate({**fields, cls.items_field: items})
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
