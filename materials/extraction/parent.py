"""Has a child process parse a file, and understands how it ended."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC
from functools import cache
from typing import Final

from pydantic import TypeAdapter, ValidationError
from structlog import get_logger

from materials import errors
from materials.extraction.child import NO_ROOM_EXIT, TOO_LARGE_EXIT
from materials.extraction.children import waiting_child
from materials.extraction.model import Answer, Bounds, Extraction, Kind

log = get_logger(__name__)

_ANSWER: Final = TypeAdapter(Answer)
_FAILURES: Final = {
    failure.__name__: failure
    for failure in (
        errors.LegacyOffice,
        errors.EncryptedFile,
        errors.BrokenFile,
        errors.NoText,
        errors.EmbeddedBodies,
        errors.UnreadableText,
        errors.TooLarge,
        errors.TooSlow,
    )
}
_EXITS: Final[dict[int, type[errors.MaterialFailed | errors.MaterialDelayed]]] = {
    TOO_LARGE_EXIT: errors.TooLarge,
    NO_ROOM_EXIT: errors.NoRoom,
    -signal.SIGXCPU: errors.TooSlow,
    -signal.SIGKILL: errors.ReaderKilled,
    -signal.SIGTERM: errors.ReaderKilled,
    -signal.SIGINT: errors.ReaderKilled,
    -signal.SIGHUP: errors.ReaderKilled,
}


def extract_in_child(content: bytes, kind: Kind, page_limit: int, bounds: Bounds) -> Extraction:
    """See `materials.extraction.extract`."""
    with _own_troubles(), waiting_child(bounds) as child:
        try:
            exit_code = child.run(content, {"kind": kind, "page_limit": page_limit}, bounds.seconds)
        except subprocess.TimeoutExpired:
            raise errors.ReaderStarved from None
        child.output.seek(0)
        return _understand(exit_code, child.output.read())


@contextmanager
def _own_troubles() -> Iterator[None]:
    """This side's want of disk, memory, processes or open files, which is no fault of the file."""
    try:
        yield
    except OSError as error:
        full = error.errno in (ENOSPC, EDQUOT)
        raise (errors.NoRoom if full else errors.ReaderUnavailable) from None


def _understand(exit_code: int, output: bytes) -> Extraction:
    if exit_code in _EXITS:
        raise _EXITS[exit_code]
    if exit_code < 0:
        log.warning("extraction_crashed", signal=signal.Signals(-exit_code).name)
        raise errors.ReaderCrashed
    try:
        answer = _ANSWER.validate_json(output)
    except ValidationError:
        log.error("extraction_silent", exit_code=exit_code, answer_bytes=len(output))
        raise errors.ReaderUnavailable from None
    if answer.unconfined:
        _warn_of_missing_walls(answer.unconfined)
    if answer.crash:
        log.warning("extraction_gave_up", crash=answer.crash[:200])
    if answer.extraction is None:
        raise _FAILURES.get(answer.failure or "", errors.ReaderCrashed)
    return answer.extraction


@cache
def _warn_of_missing_walls(walls: tuple[str, ...]) -> None:
    """Once a process: the same system refuses the same walls each time."""
    log.warning("extraction_not_confined", missing=walls)
