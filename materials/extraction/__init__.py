"""Text of uploaded files.

A file is hostile until it is read. `extract` has it parsed by a child process that knows no
secrets, may not write, and dies when it takes too much memory or time.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from pydantic import TypeAdapter, ValidationError

from materials import errors
from materials.extraction.kinds import MIME_TYPES, detect_kind
from materials.extraction.model import Bounds, Extraction, Kind, Segment

__all__ = ["MIME_TYPES", "Bounds", "Extraction", "Kind", "Segment", "detect_kind", "extract"]

_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_CHILD_ENVIRONMENT: Final = frozenset({"PATH", "LD_LIBRARY_PATH", "TMPDIR"})
_EXTRACTION: Final = TypeAdapter(Extraction)
_FAILURES: Final = {
    failure.__name__: failure
    for failure in (
        errors.LegacyOffice,
        errors.EncryptedFile,
        errors.BrokenFile,
        errors.NoText,
        errors.TooLarge,
        errors.TooSlow,
    )
}


def extract(
    content: bytes, kind: Kind, *, page_limit: int, bounds: Bounds | None = None
) -> Extraction:
    """The text of a file in at least one segment.

    Of a PDF the first `page_limit` pages are read, of a PPTX as many slides, of a DOCX as much
    text as fits on so many pages. Blocks until the child process is done; takes at most
    `bounds.seconds`. Raises an ExtractionFailed that says what to do.
    """
    bounds = bounds or Bounds()
    if len(content) > bounds.file_bytes:
        raise errors.TooLarge
    with TemporaryFile() as source, TemporaryFile() as answer:
        source.write(content)
        source.seek(0)
        exit_code = _run_child(kind, page_limit, bounds, source, answer)
        answer.seek(0)
        return _read_answer(answer.read(), exit_code)


def _run_child(
    kind: Kind, page_limit: int, bounds: Bounds, source: IO[bytes], answer: IO[bytes]
) -> int:
    limits = (bounds.unpacked_bytes, bounds.archive_entries, bounds.memory_bytes)
    command = [sys.executable, "-m", "materials.extraction.child", kind.value, str(page_limit)]
    command += [str(limit) for limit in (*limits, bounds.output_bytes, bounds.seconds)]
    # The answer goes through a file because its size can be limited, which that of a pipe cannot.
    # Only what the interpreter needs is handed on: no key is in the child's environment.
    environment = {name: os.environ[name] for name in _CHILD_ENVIRONMENT & os.environ.keys()}
    try:
        done = subprocess.run(  # noqa: S603 - every word of the command is ours
            command,
            stdin=source,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=environment,
            timeout=bounds.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise errors.TooSlow from None
    return done.returncode


def _read_answer(answer: bytes, exit_code: int) -> Extraction:
    """What the child said. A child that died said nothing of use: the file broke the parser."""
    failure = _FAILURES.get(answer.decode("utf-8", "replace")) if len(answer) < 100 else None
    if failure:
        raise failure
    if exit_code != 0:
        raise errors.BrokenFile
    try:
        return _EXTRACTION.validate_json(answer)
    except ValidationError:
        raise errors.BrokenFile from None
