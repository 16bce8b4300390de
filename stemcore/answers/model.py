"""What the typed answers of all features share."""

from collections.abc import Iterable, Iterator
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
from stemcore.answers.items import gathered, nodes
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
    def candidates(cls, value: Json) -> Iterator[dict[str, Any]]:
        """What of a JSON value might be this answer: objects with a field of it, outer first."""
        for node in nodes(value):
            if isinstance(node, dict) and has_field(cls, node):
                yield node

    @classmethod
    def together(cls, values: list[Json]) -> Iterator[dict[str, Any]]:
        """What several values of one text might be as one answer."""
        return iter(())

    @property
    def size(self) -> int:
        """How much a valid answer holds; of several the reader takes the largest."""
        return 0


class ItemsAnswer(Answer):
    """An answer that is a list of items under one field, also read when it comes bare.

    `items_field` names the field, `item_field` one that every item has. The items may also be
    numbered (`question_1`), grouped by topic or spread over several objects. Items that do not
    validate are left out; `dropped` are the kinds of their faults. An answer of which no item is
    left does not validate. Of more than `max_items` only the first are looked at.
    """

    items_field: ClassVar[str]
    item_field: ClassVar[str]
    max_items: ClassVar[int] = 100

    _dropped: tuple[str, ...] = PrivateAttr(())

    @classmethod
    def candidates(cls, value: Json) -> Iterator[dict[str, Any]]:
        items = cls._gathered(value)
        fields = by_field(cls, value) if isinstance(value, dict) else {}
        if items:
            yield {**fields, cls.items_field: items}
        else:
            yield from super().candidates(value)

    @classmethod
    def prepared_items(cls, items: list[Any]) -> list[Any]:
        """The items as they go into validation: for what shows only in several of them."""
        return items

    @classmethod
    def together(cls, values: list[Json]) -> Iterator[dict[str, Any]]:
        """The items of several values as one, unless one repeats what another has.

        Then they are drafts of the same answer and not its parts.
        """
        wrappers = [value for value in values if not cls._is_item(value)]
        stems = [cls._stems(value) for value in wrappers]
        if len(set().union(*stems)) == sum(map(len, stems)):
            items = cls._gathered(values)
            yield from [{cls.items_field: items}] if items else []

    @classmethod
    def _gathered(cls, value: Json) -> list[dict[str, Any]]:
        return list(gathered(value, cls._item_type(), cls.item_field, cls.max_items))

    @classmethod
    def _is_item(cls, value: Json) -> bool:
        return isinstance(value, dict) and cls.item_field in by_field(cls._item_type(), value)

    @classmethod
    def _stems(cls, value: Json) -> set[str]:
        items = cls._gathered(value)
        stems = (by_field(cls._item_type(), item)[cls.item_field] for item in items)
        return {" ".join(str(stem).split()).casefold() for stem in stems}

    @model_validator(mode="wrap")
    @classmethod
    def _keep_valid(cls, value: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        fields = by_field(cls, value) if isinstance(value, dict) else {}
        entries = fields.get(cls.items_field)
        if not isinstance(entries, list):
            return validate(value)
        items, errors = valid_items(cls._item_type(), cls.prepared_items(entries[: cls.max_items]))
        if errors and not items:
            raise Faults(
                f"{cls.items_field}[{index}].{fault}"
                for index, error in errors
                for fault in faults_of(error)
            )
        # The items are valid: validating them as a field would cost as much once more.
        answer = validate({**fields, cls.items_field: []})
        setattr(answer, cls.items_field, items)
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
