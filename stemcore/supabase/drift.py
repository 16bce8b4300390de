"""Where the platform's tables have moved away from the models that describe them.

The platform's migrations belong to others; a column that they rename or retype would otherwise
show only when a request meets it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.db.models import Field, Model
from django.db.models.fields import NOT_PROVIDED

_CATALOG = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
       a.attnotnull, a.atthasdef OR a.attidentity <> ''
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname = ANY(%s)
"""

TableName = tuple[str, str]


@dataclass(frozen=True)
class Column:
    """A column as the catalog has it; `type` is without its schema."""

    type: str
    not_null: bool
    has_default: bool

    def __str__(self) -> str:
        words = [self.type, "not null" if self.not_null else "null"]
        return ", ".join(words + ["default"] * self.has_default)


@dataclass(frozen=True)
class Drift:
    """One difference; only an error breaks what the service does, the rest are notes."""

    model: str
    field: str
    expected: str
    found: str
    is_error: bool

    def __str__(self) -> str:
        return f"{self.model}.{self.field}: expected {self.expected}, found {self.found}"


def find_drift() -> list[Drift]:
    """Compares every unmanaged model with the live catalog."""
    models = [model for model in apps.get_models() if not model._meta.managed]
    tables = _read_catalog({_table_name(model)[0] for model in models})
    return [drift for model in models for drift in _compare(model, tables)]


def _table_name(model: type[Model]) -> TableName:
    """Schema and table; a name that carries its schema is written with its quotes."""
    schema, _, table = model._meta.db_table.rpartition(".")
    return schema.strip('"') or "public", table.strip('"')


def _read_catalog(schemas: set[str]) -> dict[TableName, dict[str, Column]]:
    tables: dict[TableName, dict[str, Column]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CATALOG, [sorted(schemas)])
        for schema, table, column, type_name, not_null, has_default in cursor.fetchall():
            bare = type_name.rpartition(".")[2]
            tables.setdefault((schema, table), {})[column] = Column(bare, not_null, has_default)
    return tables


def _compare(model: type[Model], tables: dict[TableName, dict[str, Column]]) -> Iterator[Drift]:
    label = model._meta.label
    columns = tables.get(_table_name(model))
    if columns is None:
        table = ".".join(_table_name(model))
        yield Drift(label, "*", f"a table {table}", "nothing", is_error=True)
        return
    fields = {str(field.column): field for field in model._meta.concrete_fields}
    for name, field in fields.items():
        yield from _compare_field(label, field, columns.get(name))
    # The service leaves most of the columns of `auth.users` alone.
    if _table_name(model)[0] == "public":
        for name in columns.keys() - fields.keys():
            yield Drift(label, name, "nothing", str(columns[name]), is_error=False)


def _compare_field(
    label: str, field: "Field[object, object]", found: Column | None
) -> Iterator[Drift]:
    expected = Column(
        type=field.db_type(connection) or "",
        not_null=not field.null,
        has_default=field.db_default is not NOT_PROVIDED,
    )
    if found is None:
        yield Drift(label, field.name, str(expected), "nothing", is_error=True)
    elif found.type != expected.type:
        yield Drift(label, field.name, expected.type, found.type, is_error=True)
    elif found.not_null != expected.not_null:
        # A column that refuses null where the service writes it breaks; one that has more nulls
        # than expected is worth a look.
        yield Drift(label, field.name, str(expected), str(found), is_error=found.not_null)
    elif expected.has_default and not found.has_default:
        yield Drift(label, field.name, str(expected), str(found), is_error=True)
