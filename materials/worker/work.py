"""One job, from its claim to its end: completed, failed with a reason, or tried again later."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO, Final

from django.db import Error as DatabaseFailure
from structlog import get_logger

from materials.errors import FileGone, MaterialDelayed, MaterialFailed, TooLarge
from materials.extraction import Bounds
from materials.ingestion import fail_material, ingest, start_material
from materials.jobs import Claim, ClaimLost, release, retry_later
from materials.worker.lease import leased, persist
from stemcore.aside import aside
from stemcore.providers import ProviderError
from stemcore.supabase.storage import FileMissing, FileTooLarge, StorageUnavailable, storage

log = get_logger(__name__)

RELEASE_S: Final = 3.0
"""What giving a job back may take at the end of a process; after that its lock runs out."""

GAVE_UP: Final = "The file is not at fault, but it could not be processed: {reason}"
INTERRUPTED: Final = "Its processing was interrupted again and again. Please try again later."


class End(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RETRIED = "retried"
    LOST = "lost"


@dataclass(frozen=True)
class Ended:
    """What became of a claim; `reason` is a sentence unless it succeeded."""

    claim: Claim
    end: End
    reason: str = ""


async def work(claim: Claim) -> Ended:
    """Works a job; whatever happens, it ends or is given back.

    Cut off, it gives the job back to others first.
    """
    try:
        async with leased(claim):
            ended = await _worked(claim)
    except ClaimLost:
        ended = Ended(claim, End.LOST, "Another worker has taken the job over.")
    except DatabaseFailure as error:
        # Its lock runs out, and then somebody takes it up again.
        ended = Ended(claim, End.LOST, f"The database did not answer ({type(error).__name__}).")
    except asyncio.CancelledError:
        await _give_back(claim)
        raise
    log.info("material_job_ended", **_told(claim), end=ended.end.value, reason=ended.reason)
    return ended


async def _worked(claim: Claim) -> Ended:
    try:
        if claim.is_beyond_last:
            raise MaterialDelayed(INTERRUPTED)
        material = await start_material(claim.material_id, claim)
        await ingest(material, await _content(material.name), claim=claim)
    except ClaimLost:
        raise
    except MaterialFailed as failure:
        return await _failed(claim, failure.message, failure.message)
    except Exception as error:  # noqa: BLE001  # a bug must not end the worker, nor blame the file
        return await _again(claim, _reason(claim, error))
    return Ended(claim, End.SUCCEEDED)


async def _content(path: str) -> bytes:
    """An uploaded file's bytes, through a temporary file that the bounds limit."""
    try:
        with TemporaryFile() as target:
            await storage().fetch(path, target, Bounds().file_bytes)
            return await aside(_whole, target)
    except FileMissing:
        raise FileGone from None
    except FileTooLarge:
        raise TooLarge from None
    except StorageUnavailable as error:
        raise MaterialDelayed(error.message) from None


def _whole(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _reason(claim: Claim, error: Exception) -> str:
    """A sentence for what is not the file's fault; what nobody foresaw is logged whole."""
    if isinstance(error, ProviderError):
        return f"Its text could not be embedded. {error.message} Please try again later."
    if isinstance(error, MaterialDelayed):
        return error.message
    if isinstance(error, MemoryError):
        return "The worker ran out of memory. Please try again later."
    if isinstance(error, DatabaseFailure):
        return "The database did not answer. Please try again later."
    if isinstance(error, OSError):
        return "The worker could not use its disk. Please try again later."
    log.error("material_job_broke", **_told(claim), exc_info=error)
    return "Something unforeseen happened. Please tell the operator."


async def _again(claim: Claim, reason: str) -> Ended:
    if claim.is_last:
        return await _failed(claim, GAVE_UP.format(reason=reason), reason)
    await persist(lambda: retry_later(claim, reason))
    return Ended(claim, End.RETRIED, reason)


async def _failed(claim: Claim, warning: str, error: str) -> Ended:
    await persist(lambda: fail_material(claim.material_id, warning, claim, error))
    return Ended(claim, End.FAILED, error)


async def _give_back(claim: Claim) -> None:
    """Done even while the task is being cancelled, in the little time that is left."""
    releasing = asyncio.ensure_future(release(claim))
    with suppress(DatabaseFailure, TimeoutError):
        await asyncio.wait_for(asyncio.shield(releasing), RELEASE_S)
        log.info("material_job_given_back", **_told(claim))


def _told(claim: Claim) -> dict[str, object]:
    return {
        "job": str(claim.job_id),
        "material": str(claim.material_id),
        "attempt": claim.attempt,
    }
