"""How it stands with materials and their queue, for operators."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from stemcore.database import LONG, read
from stemcore.observing.readings import Reading

# A material's state is that of its newest job.
_NEWEST = """
    select distinct on (material_id) material_id, class_id, status, last_error, created_at
    from material_processing_jobs order by material_id, created_at desc, id
"""

_QUEUE = """
select status, count(*), extract(epoch from now() - min(created_at))::bigint as oldest
from material_processing_jobs where status in ('pending', 'retry', 'processing')
group by status order by status
"""

QUEUE = Reading(
    "stem_material_jobs",
    "Jobs of the queue of materials by status (pending, retry, processing).",
    "status",
    f"SELECT status, count FROM ({_QUEUE}) queue",  # noqa: S608
)
OLDEST = Reading(
    "stem_material_job_oldest_seconds",
    "Age of the oldest job of the queue of materials by status.",
    "status",
    f"SELECT status, oldest FROM ({_QUEUE}) queue",  # noqa: S608
)

_FAILURES = f"""
with newest as ({_NEWEST})
select coalesce(last_error, 'No reason was kept.'), count(*) from newest
where status = 'failed' group by 1 order by 2 desc, 1
"""  # noqa: S608

_CLASSES = f"""
with newest as ({_NEWEST}), models as (
    select class_id, array_agg(distinct model order by model) as models
    from (
        select distinct class_id, regexp_replace(embedding_model, '^.*/', '') as model
        from material_chunks where embedding_model is not null
    ) known group by class_id
)
select c.id, c.title, count(*),
    count(*) filter (where m.status = 'ready'),
    count(*) filter (where n.status in ('pending', 'retry', 'processing')),
    count(*) filter (where n.status = 'failed' or m.status = 'failed'),
    coalesce(max(models.models), '{{}}')
from materials m join classes c on c.id = m.class_id
left join newest n on n.material_id = m.id
left join models on models.class_id = c.id
group by c.id, c.title order by 6 desc, 5 desc, c.title, c.id
"""  # noqa: S608


@dataclass(frozen=True)
class Waiting:
    """Jobs of one status, and the age of the oldest in seconds."""

    status: str
    count: int
    oldest_s: int


@dataclass(frozen=True)
class Failure:
    """A reason for which materials failed, and how many did."""

    reason: str
    count: int


@dataclass(frozen=True)
class ClassState:
    """A class's materials; `failed` ones may be ready still, with their earlier text.

    `models` are those whose vectors its chunks have: more than one cannot be searched together.
    """

    id: UUID
    title: str
    materials: int
    ready: int
    waiting: int
    failed: int
    models: list[str]


@dataclass(frozen=True)
class Status:
    queue: list[Waiting]
    failures: list[Failure]
    classes: list[ClassState]


@read(lane=LONG)
def status() -> Status:
    """The queue, the failures by their reason, and the classes, those with failures first."""
    return Status(
        [Waiting(*row) for row in _rows(_QUEUE)],
        [Failure(*row) for row in _rows(_FAILURES)],
        [ClassState(*row) for row in _rows(_CLASSES)],
    )


def _rows(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
