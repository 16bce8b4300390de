"""Materials processed anew, on an operator's word: which ones, and how they are queued."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import Error as DatabaseFailure
from django.db import connection

from materials.dispatch import enqueue_as_user
from materials.embedding import EmbeddingModel, Run, titled
from materials.index.rows import index_chunks
from materials.ingestion import INDEXED_AT_ONCE
from stemcore.database import BULK, LONG, read, write
from stemcore.fields import vector_literal

UPDATED_AT_ONCE: Final = 100

# Who may queue a material: the owner of its class, in a sandbox the guest while it lasts.
_SELECT = """
select m.id, m.class_id, m.title,
    case when c.sandbox_id is null then c.owner_id else (
        select g.user_id from guest_sandboxes g
        where g.id = c.sandbox_id and g.class_id = c.id and g.guest_role = 'teacher'
          and g.status = 'active' and g.expires_at > now()
    ) end as acting,
    coalesce(j.id is not null and not (
        %(stale)s::int is not null and j.updated_at < now() - make_interval(mins => %(stale)s)
    ), false) as queued
from materials m join classes c on c.id = m.class_id
left join lateral (
    select id, updated_at from material_processing_jobs
    where material_id = m.id and status in ('pending', 'retry', 'processing')
    order by created_at desc limit 1
) j on true
where (%(material)s::uuid is null or m.id = %(material)s)
  and (%(class)s::uuid is null or m.class_id = %(class)s)
  and (%(status)s::text is null or m.status = %(status)s)
  and (%(stale)s::int is null
       or coalesce(j.updated_at, m.created_at) < now() - make_interval(mins => %(stale)s))
order by m.created_at, m.id
"""

_STALE = """
select m.id, m.class_id, m.sandbox_id, m.uploaded_by, count(*)
from materials m join material_chunks c on c.material_id = m.id
where (%(material)s::uuid is null or m.id = %(material)s)
  and (%(class)s::uuid is null or m.class_id = %(class)s)
  and (%(status)s::text is null or m.status = %(status)s)
  and (c.embedding is null
       or regexp_replace(coalesce(c.embedding_model, ''), '^.*/', '') <> %(model)s)
group by m.id order by m.created_at, m.id
"""

_STALE_CHUNKS = """
select id, section_title, text from material_chunks
where material_id = %(material)s and (embedding is null
    or regexp_replace(coalesce(embedding_model, ''), '^.*/', '') <> %(model)s)
order by id
"""

_UPDATE = """
update material_chunks c
set embedding = v.embedding::vector, embedding_provider = %s, embedding_model = %s
from unnest(%s::uuid[], %s::text[]) as v (id, embedding) where c.id = v.id
"""


@dataclass(frozen=True)
class Selection:
    """Which materials: those that meet every condition that is set."""

    material: UUID | None = None
    class_id: UUID | None = None
    status: str | None = None
    stale_minutes: int | None = None

    def as_parameters(self) -> dict[str, Any]:
        return {
            "material": self.material,
            "class": self.class_id,
            "status": self.status,
            "stale": self.stale_minutes,
        }


@dataclass(frozen=True)
class Candidate:
    """A material to be queued; `acting` is who may do that, None when nobody may any more.

    `queued` ones have a job in flight and need no other.
    """

    id: UUID
    class_id: UUID
    title: str
    acting: UUID | None
    queued: bool


@dataclass(frozen=True)
class Stale:
    """A material with so many chunks whose vectors are not the current model's."""

    id: UUID
    class_id: UUID
    sandbox_id: UUID | None
    uploaded_by: UUID | None
    chunk_count: int


@read(lane=LONG)
def candidates(selection: Selection) -> list[Candidate]:
    """The materials that a selection names, oldest first."""
    return [Candidate(*row) for row in _rows(_SELECT, selection.as_parameters())]


def queue_all(chosen: Sequence[Candidate]) -> Iterator[bool]:
    """Queues each material as the one who may; tells of each whether the queue took it."""
    for candidate in chosen:
        if candidate.acting is None:
            yield False
            continue
        try:
            enqueue_as_user.sync(candidate.acting, {}, candidate.class_id, candidate.id)
        except DatabaseFailure:
            # Deleted meanwhile, or the sandbox has just ended. A database that is away fails the
            # next look.
            connection.ensure_connection()
            yield False
        else:
            yield True


@read(lane=LONG)
def stale_materials(selection: Selection, model: EmbeddingModel) -> list[Stale]:
    """The selected materials with chunks that another model embedded, or none."""
    values = {**selection.as_parameters(), "model": model.last_name}
    return [Stale(*row) for row in _rows(_STALE, values)]


async def reembed(material: Stale, model: EmbeddingModel) -> int:
    """Gives a material's stale chunks vectors of the model, in one step; how many it were.

    Raises WrongDimension, or ProviderError when embedding failed for now.
    """
    chunks = await _stale_chunks(material.id, model)
    texts = [titled(title, text) for _, title, text in chunks]
    run = Run(material, model, len(texts), strictly=True)
    await run.embed_missing(texts)
    ids = [chunk_id for chunk_id, _, _ in chunks]
    await _update(material.class_id, ids, [run.vectors[text] for text in texts], run.model)
    return len(ids)


@read(lane=LONG)
def _stale_chunks(material_id: UUID, model: EmbeddingModel) -> list[tuple[UUID, str | None, str]]:
    return _rows(_STALE_CHUNKS, {"material": material_id, "model": model.last_name})


@write(lane=BULK)
def _update(
    class_id: UUID, ids: list[UUID], vectors: list[list[float]], model: EmbeddingModel
) -> None:
    """A chunk that was replaced meanwhile has another id and is left alone."""
    with connection.cursor() as cursor:
        for first in range(0, len(ids), UPDATED_AT_ONCE):
            some = slice(first, first + UPDATED_AT_ONCE)
            literals = [vector_literal(vector) for vector in vectors[some]]
            cursor.execute(_UPDATE, [model.provider, model.model, ids[some], literals])
    index_chunks(class_id, ids[:INDEXED_AT_ONCE])


def _rows(statement: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[Any] = cursor.fetchall()
        return rows
