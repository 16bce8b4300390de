"""LangGraph's saver and store on the connection of the unit of work at hand.

Both would open connections of their own, prepare statements and pipeline them; a transaction
pooler takes neither. Here they work inside our units, in the transaction of the unit, within the
connections that the process has. They are made anew for each unit, which costs microseconds.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.store.postgres import PostgresStore
from psycopg import Cursor
from psycopg.pq import Format
from psycopg.rows import DictRow, dict_row

from materials.models import COLUMN_DIMENSIONS

TABLES: Final = (
    "checkpoints",
    "checkpoint_blobs",
    "checkpoint_writes",
    "checkpoint_migrations",
    "store_vectors",
    "store",
    "store_migrations",
    "vector_migrations",
)
STATEMENTS: Final = (10, 4, 2)
"""How many statements of the saver, the store and its vectors our migrations have run."""

TEXT: Final = "text"
"""The field of a note that is embedded."""


class PlainSerializer(SerializerProtocol):
    """Values as JSON and nothing else: whatever stands in the database, no code comes of it."""

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        return "json", json.dumps(obj, ensure_ascii=False, allow_nan=False).encode()

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """Raises ValueError for what is not of our making."""
        kind, content = data
        if kind != "json":
            raise ValueError("a stored value is of another kind than ours")
        return json.loads(content)


class _PlainCursor(Cursor[DictRow]):
    """A cursor that runs many statements one after the other; psycopg's own pipelines them."""

    def executemany(
        self, query: Any, params_seq: Iterable[Any], *, returning: bool = False
    ) -> None:
        for params in params_seq:
            self.execute(query, params)


@contextmanager
def _unit_cursor() -> Iterator[Cursor[DictRow]]:
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        _PlainCursor(connection.connection, row_factory=dict_row) as cursor,
    ):
        cursor.format = Format.BINARY  # as the library reads it
        yield cursor


class UnitSaver(PostgresSaver):
    """LangGraph's saver of turns; to be made and used in one unit of work."""

    def __init__(self) -> None:
        connection.ensure_connection()
        super().__init__(connection.connection, serde=PlainSerializer())

    @contextmanager
    def _cursor(self, *, pipeline: bool = False) -> Iterator[Cursor[DictRow]]:
        with _unit_cursor() as cursor:
            yield cursor


class UnitStore(PostgresStore):
    """LangGraph's store of notes; to be made and used in one unit of work.

    `vectors` are the embeddings of the texts that are put or searched for: they were made before,
    since nothing waits for a provider in a unit.
    """

    def __init__(self, vectors: Mapping[str, Sequence[float]] | None = None) -> None:
        connection.ensure_connection()
        known = vectors or {}

        def embed(texts: Sequence[str]) -> list[list[float]]:
            return [list(known[text]) for text in texts]

        super().__init__(
            connection.connection,
            index={"dims": COLUMN_DIMENSIONS, "embed": embed, "fields": [TEXT]},
        )

    @contextmanager
    def _cursor(self, *, pipeline: bool = False) -> Iterator[Cursor[DictRow]]:
        with _unit_cursor() as cursor:
            yield cursor


def statements(database: BaseDatabaseWrapper) -> Iterator[str]:
    """What makes the library's tables as this version of it wants them, from nothing."""
    yield from _numbered("checkpoint_migrations", PostgresSaver.MIGRATIONS)
    yield from _numbered("store_migrations", PostgresStore.MIGRATIONS)
    vectors = []
    for migration in PostgresStore.VECTOR_MIGRATIONS:
        if migration.condition is None:
            dims = {"vector_type": "vector", "dims": COLUMN_DIMENSIONS}
            vectors.append(migration.sql % dims if migration.params else migration.sql)
    yield from _numbered("vector_migrations", vectors)


def _numbered(table: str, migrations: Sequence[str]) -> Iterator[str]:
    yield f"CREATE TABLE IF NOT EXISTS {table} (v INTEGER PRIMARY KEY)"
    for number, sql in enumerate(migrations):
        # In a transaction an index cannot be made beside others' work; the tables are empty.
        yield sql.replace(" CONCURRENTLY", "")
        yield f"INSERT INTO {table} (v) VALUES ({number})"  # noqa: S608
