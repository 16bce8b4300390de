"""What a connection knows of the statements that it has prepared."""

from collections.abc import Sequence
from secrets import token_hex

from psycopg._preparing import Key, Prepare, PrepareManager
from psycopg._queries import PostgresQuery
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult


class Statements(PrepareManager):
    """Psycopg's book of prepared statements, of these alone.

    Psycopg's own also keeps the last hundred texts that were not prepared, with people's words and
    whole embeddings in them. It forgets a statement that fails when it is first run, which the
    server keeps. And it numbers those of each connection alike: behind a transaction pooler that
    nobody announced, a statement would run another of the same number.
    """

    def __init__(self) -> None:
        super().__init__()
        self._mark = token_hex(8).encode()

    def get(self, query: PostgresQuery, prepare: bool | None = None) -> tuple[Prepare, bytes]:
        prep, name = super().get(query, prepare)
        return prep, b"%s_%s" % (name, self._mark) if prep is Prepare.SHOULD else name

    def maybe_add_to_cache(self, query: PostgresQuery, prep: Prepare, name: bytes) -> Key | None:
        return None if prep is Prepare.NO else super().maybe_add_to_cache(query, prep, name)

    def validate(self, key: Key, prep: Prepare, name: bytes, results: Sequence[PGresult]) -> None:
        if [result.status for result in results] == [ExecStatus.FATAL_ERROR]:
            self._rotate()
        else:
            super().validate(key, prep, name, results)
