"""Queueing a material with its teacher's own rights, and having the queue worked.

Who works it depends on `MATERIAL_WORKER_MODE`: the platform's worker function (`materials.edge`)
or this service (`materials.worker`).
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import connection
from structlog import get_logger

from classes.access import class_membership
from classes.errors import ClassAccessRequired
from classes.models import Classroom
from materials import edge
from materials.errors import DispatchFailed, DispatchForbidden, MaterialNotFound, ProcessFailed
from materials.models import Material
from materials.outcomes import Outcomes
from materials.worker.local import LocalWorker
from stemcore.database import read, write
from stemcore.runtime import runtime
from stemcore.supabase.acting import as_user
from stemcore.supabase.tokens import PlatformUser

log = get_logger(__name__)

REFUSED: Final = "42501"
NOT_IN_CLASS: Final = "22023"


async def enqueue(
    user: PlatformUser, claims: Mapping[str, Any], class_id: UUID, material_id: UUID
) -> None:
    """Queues a material of a class, acting as the user.

    The web app deletes the upload when the answer is a refusal. So a refusal of the queue is
    believed only when the rows bear it out: the same code comes when a right of our own login is
    missing. Raises DispatchForbidden, MaterialNotFound, or DispatchFailed for everything else.
    """
    try:
        await enqueue_as_user(user.id, claims, class_id, material_id)
    except DatabaseFailure as error:
        code = getattr(error.__cause__, "sqlstate", None)
        log.warning("material_not_queued", error=type(error).__name__, sqlstate=code)
        if code == REFUSED and not await _teaches(user, class_id):
            raise DispatchForbidden from None
        if code == NOT_IN_CLASS and not await _is_in_class(class_id, material_id):
            raise MaterialNotFound from None
        raise DispatchFailed from None


@write
def enqueue_as_user(
    user_id: UUID, claims: Mapping[str, Any], class_id: UUID, material_id: UUID
) -> None:
    """Calls the platform's function with a user's rights, in one transaction."""
    with as_user(user_id, **claims), connection.cursor() as cursor:
        cursor.execute(
            "SELECT enqueue_material_job(%s::uuid, %s::uuid)", [str(material_id), str(class_id)]
        )


@read
def _teaches(user: PlatformUser, class_id: UUID) -> bool:
    sandbox_id = Classroom.objects.filter(id=class_id).values_list("sandbox_id", flat=True).first()
    try:
        return class_membership(user, class_id, sandbox_id).is_teacher
    except ClassAccessRequired:
        return False


@read
def _is_in_class(class_id: UUID, material_id: UUID) -> bool:
    return Material.objects.filter(id=material_id, classroom_id=class_id).exists()


async def wake_worker() -> bool:
    """Has the queue worked now; whether that was heard. The queued job waits in any case."""
    if settings.MATERIAL_WORKER_MODE == "local":
        runtime().part(LocalWorker).wake()
        return True
    try:
        await edge.call_worker(settings.MATERIAL_WORKER_BATCH, edge.WAKE_TIMEOUT_S)
    except ProcessFailed as error:
        log.warning("worker_not_woken", error=error.message)
        return False
    return True


async def work_batch(size: int | None) -> Outcomes:
    """Works so many jobs of the queue at most, `MATERIAL_WORKER_BATCH` when not said.

    Raises ProcessFailed.
    """
    size = size or settings.MATERIAL_WORKER_BATCH
    if settings.MATERIAL_WORKER_MODE == "local":
        return await runtime().part(LocalWorker).work(size)
    return await edge.call_worker(size, edge.BATCH_TIMEOUT_S)
