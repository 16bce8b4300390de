"""What the typed answers of this room share."""

from typing import Any

from pydantic import BeforeValidator

from stemcore.answers import Answer, valid_items


def items_of(item: type[Answer]) -> BeforeValidator:
    """Makes a field a list of those items that validate; one item alone is a list."""

    def keep_valid(value: Any) -> list[Answer]:
        if value is None:
            return []
        return valid_items(item, value if isinstance(value, list) else [value])[0]

    return BeforeValidator(keep_valid)
