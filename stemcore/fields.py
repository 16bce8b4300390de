"""Column types of the platform that Django has no field for."""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import models


class VectorField(models.Field):
    """A pgvector column of a fixed number of dimensions, a list of floats in Python."""

    description = "Vector of %(dimensions)s numbers"

    def __init__(self, *args: Any, dimensions: int, **kwargs: Any) -> None:
        self.dimensions = dimensions
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "dimensions": self.dimensions}

    def db_type(self, connection: Any) -> str:
        return f"vector({self.dimensions})"

    def from_db_value(self, value: str | None, *_: Any) -> list[float] | None:
        return None if value is None else [float(part) for part in value[1:-1].split(",")]

    def get_prep_value(self, value: Sequence[float] | None) -> str | None:
        return None if value is None else vector_literal(value)


def vector_literal(numbers: Sequence[float]) -> str:
    """The text form that pgvector reads: `[0.1,0.2]`."""
    return msgspec.json.encode(numbers).decode()


class EnumField(models.TextField):
    """A column of an enum type; `enum` is the type's name, values travel as text."""

    def __init__(self, *args: Any, enum: str, **kwargs: Any) -> None:
        self.enum = enum
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "enum": self.enum}

    def db_type(self, connection: Any) -> str:
        return self.enum


class RealField(models.FloatField):
    """A four-byte float."""

    def db_type(self, connection: Any) -> str:
        return "real"


class NumericField(models.DecimalField):
    """A decimal without a limit in the database; forms and floats keep to 30 digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 30, "decimal_places": 10, **kwargs})

    def db_type(self, connection: Any) -> str:
        return "numeric"
