"""Adding, reading and changing rows of any model, with the superuser's rights."""

import itertools
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar

from django.db.models import Field, JSONField, Model
from psycopg import sql
from psycopg.types.json import Jsonb

from stemcore.fields import VectorField
from tests.database import superuser

M = TypeVar("M", bound=Model)
serial = itertools.count(1)  # what makes names and codes distinct


def insert(model: type[M], /, **values: Any) -> M:
    """Adds a row; fields that are not given keep the database's defaults. Returns it as stored."""
    statement = _insertion(model, tuple(values))
    row = superuser().execute(statement, _to_columns(model, values)).fetchone()
    assert row is not None
    return _from_row(model, row)


@cache
def _insertion(model: type[Model], names: tuple[str, ...]) -> bytes:
    """The statement as bytes: a cast of two dozen rows is made for nearly every test."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    return (
        sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {}")
        .format(
            _table(model),
            sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
            sql.SQL(", ").join(sql.Placeholder() * len(fields)),
            _columns(model),
        )
        .as_bytes(None)
    )


def rows(model: type[M], /, *, order: str = "", **equal: Any) -> list[M]:
    """The rows whose fields equal the given values, as they are stored now."""
    query = _selection(model, tuple(equal), order)
    found = superuser().execute(query, _to_columns(model, equal)).fetchall()
    return [_from_row(model, row) for row in found]


@cache
def _selection(model: type[Model], names: tuple[str, ...], order: str) -> bytes:
    query = sql.SQL("SELECT {} FROM {}").format(_columns(model), _table(model))
    if names:
        query += sql.SQL(" WHERE ") + sql.SQL(" AND ").join(_equal(model, names))
    if order:
        query += sql.SQL(" ORDER BY {}").format(sql.Identifier(order))
    return query.as_bytes(None)


def row(model: type[M], /, **equal: Any) -> M:
    """The one row whose fields equal the given values."""
    (found,) = rows(model, **equal)
    return found


def count(model: type[Model], /, **equal: Any) -> int:
    return len(rows(model, **equal))


def update(instance: M, **values: Any) -> M:
    """Changes fields of a stored row, past triggers' own opinions of the claims."""
    statement = _change(type(instance), tuple(values))
    values_in = [*_to_columns(type(instance), values), instance.pk]
    found = superuser().execute(statement, values_in).fetchone()
    assert found is not None
    return _from_row(type(instance), found)


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> bytes:
    return (
        sql.SQL("UPDATE {} SET {} WHERE {} RETURNING {}")
        .format(
            _table(model),
            sql.SQL(", ").join(_equal(model, names)),
            *_equal(model, ("pk",)),
            _columns(model),
        )
        .as_bytes(None)
    )


def _equal(model: type[Model], names: tuple[str, ...]) -> Iterator[sql.Composed]:
    for name in names:
        field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
        yield sql.SQL("{} = %s").format(sql.Identifier(field.column))


def _table(model: type[Model]) -> sql.SQL:
    name = model._meta.db_table
    return sql.SQL(name if name.startswith('"') else f'public."{name}"')


def _columns(model: type[Model]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, _fields_by_column(model)))


def _to_columns(model: type[Model], values: dict[str, Any]) -> list[Any]:
    return [_to_column(model._meta.get_field(name), value) for name, value in values.items()]


def _to_column(field: Any, value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    if isinstance(field, JSONField):
        return None if value is None else Jsonb(value)
    return field.get_prep_value(value)


def _from_row(model: type[M], row: dict[str, Any]) -> M:
    fields = _fields_by_column(model)
    return model(**{f.attname: _from_column(f, row[column]) for column, f in fields.items()})


def _fields_by_column(model: type[Model]) -> "dict[str, Field[Any, Any]]":
    return {field.column: field for field in model._meta.concrete_fields if field.column}


def _from_column(field: "Field[Any, Any]", value: Any) -> Any:
    return field.from_db_value(value) if isinstance(field, VectorField) else value
