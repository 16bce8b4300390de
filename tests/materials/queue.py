"""The queue in tests: what is in it, and time that goes by."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from materials.models import Material, MaterialChunk, MaterialProcessingJob
from tests import factories
from tests.database import superuser


def enqueue(material: Material) -> MaterialProcessingJob:
    """Queues a material as its teacher would; the job."""
    with superuser().transaction():
        claims = f'{{"sub": "{material.uploaded_by}", "role": "authenticated"}}'
        superuser().execute("select set_config('request.jwt.claims', %s, true)", [claims])
        row = superuser().execute(
            "select public.enqueue_material_job(%s, %s) as id", [material.id, material.classroom_id]
        )
        found = row.fetchone()
    assert found is not None
    return job(found["id"])


def job(job_id: UUID) -> MaterialProcessingJob:
    return factories.row(MaterialProcessingJob, id=job_id)


def stored(material: Material) -> Material:
    return factories.row(Material, id=material.id)


def chunks(material: Material) -> list[MaterialChunk]:
    return factories.rows(MaterialChunk, material=material, order="source_index")


def message_count() -> int:
    row = superuser().execute("select count(*) as n from pgmq.q_material_jobs").fetchone()
    assert row is not None
    return int(row["n"])


def lose_messages() -> None:
    superuser().execute("delete from pgmq.q_material_jobs")


def pass_time(seconds: float) -> None:
    """Lets jobs and messages be so much older."""
    with superuser().transaction():
        superuser().execute("set local session_replication_role = replica")
        superuser().execute(
            "update public.material_processing_jobs set"
            " updated_at = updated_at - make_interval(secs => %(s)s),"
            " locked_at = locked_at - make_interval(secs => %(s)s),"
            " created_at = created_at - make_interval(secs => %(s)s)",
            {"s": seconds},
        )
        superuser().execute(
            "update pgmq.q_material_jobs set vt = vt - make_interval(secs => %s)", [seconds]
        )


def errors_of(material: Material) -> list[Any]:
    warnings: list[Any] = stored(material).metadata["warnings"]
    return warnings


async def until(holds: Callable[[], object]) -> None:
    """Returns when it holds; only what hangs needs the minute."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110  # what it waits for is in another process
            await asyncio.sleep(0.02)
