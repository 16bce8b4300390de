"""The platform's own worker: the other consumer of the queue, as far as ours must live beside it.

It deletes the message of a job that it cannot claim, also when somebody else holds that job.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from tests.factories.materials import unit_vector

CLAIM = """
update material_processing_jobs
set status = 'processing', stage = 'extracting', attempts = attempts + 1, locked_at = now()
where id = %s and attempts = %s and (status in ('pending', 'retry')
    or (status = 'processing' and locked_at < now() - make_interval(mins => %s)))
returning attempts
"""
MODEL = "text-embedding-3-small"


@dataclass(frozen=True)
class PlatformWorker:
    """Works on a superuser's connection; `lock_minutes` is when it takes a lock for dead."""

    connection: "psycopg.Connection[Any]"
    lock_minutes: int = 15

    def work(self, limit: int, *, processes: bool = True) -> int:
        """Takes so many messages; how many of its jobs it claimed, and then completed."""
        claimed = 0
        for message, job_id in self._dequeue(limit):
            attempt = self._claim(job_id)
            if attempt is not None and not processes:
                self._give_back(job_id)
            elif attempt is not None:
                claimed += 1
                self._complete(job_id, attempt)
            self._ack(message)
        return claimed

    def _dequeue(self, limit: int) -> list[tuple[int, UUID]]:
        with self.connection.transaction():
            self._as_service()
            rows = self._all("select * from public.dequeue_material_jobs(%s, 300)", limit)
        return [(row["queue_message_id"], UUID(row["payload"]["job_id"])) for row in rows]

    def _ack(self, message: int) -> None:
        with self.connection.transaction():
            self._as_service()
            self._all("select public.ack_material_job(%s)", message)

    def _claim(self, job_id: UUID) -> int | None:
        query = "select attempts from public.material_processing_jobs where id = %s"
        for row in self._all(query, job_id):
            for claimed in self._all(CLAIM, job_id, row["attempts"], self.lock_minutes):
                attempt: int = claimed["attempts"]
                return attempt
        return None

    def _give_back(self, job_id: UUID) -> None:
        self.connection.execute(
            "update public.material_processing_jobs set status = 'retry', locked_at = null"
            " where id = %s",
            [job_id],
        )

    def _complete(self, job_id: UUID, attempt: int) -> None:
        with self.connection.transaction():
            found = self._all(
                "select m.id, m.class_id from public.materials m"
                " join public.material_processing_jobs j on j.material_id = m.id"
                " where j.id = %s and j.attempts = %s for update of m",
                job_id,
                attempt,
            )
            for row in found:
                self._replace_chunks(row["id"], row["class_id"])
            self.connection.execute(
                "update public.material_processing_jobs"
                " set status = 'completed', stage = 'completed', locked_at = null where id = %s",
                [job_id],
            )

    def _replace_chunks(self, material_id: UUID, class_id: UUID) -> None:
        self.connection.execute(
            "delete from public.material_chunks where material_id = %s", [material_id]
        )
        self.connection.execute(
            "insert into public.material_chunks (material_id, class_id, source_type, source_index,"
            " text, token_count, embedding, embedding_provider, embedding_model)"
            " values (%s, %s, 'page', 1, 'By the platform.', 4, %s::vector, 'openai', %s)",
            [material_id, class_id, str(unit_vector(1)), MODEL],
        )
        self.connection.execute(
            "update public.materials set status = 'ready' where id = %s", [material_id]
        )

    def _as_service(self) -> None:
        self.connection.execute(
            """select set_config('request.jwt.claims', '{"role": "service_role"}', true)"""
        )

    def _all(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()
