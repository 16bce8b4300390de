"""The child process that parses one file: bytes on stdin, the extraction as JSON on stdout.

When the file cannot be read, stdout holds the name of the error instead. Parsers fail on hostile
files in ways of their own choosing; such an exception ends the process, and the parent knows.
"""

import json
import resource
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from io import BytesIO

from materials.errors import ExtractionFailed, NoText, TooLarge
from materials.extraction.model import Bounds, Extraction, Kind, Segment
from stemcore.text import clean_text


def parse(content: bytes, kind: Kind, page_limit: int, bounds: Bounds) -> Extraction:
    """The segments that hold text; raises an ExtractionFailed."""
    extraction = _read(content, kind, page_limit, bounds)
    segments = tuple(cleaned for s in extraction.segments if (cleaned := _clean(s)).text)
    if not segments:
        raise NoText
    return replace(extraction, segments=segments)


def _read(content: bytes, kind: Kind, page_limit: int, bounds: Bounds) -> Extraction:
    # Imported here, after the limits are set, so that they hold for the parsers' own code too.
    if kind is Kind.PDF:
        from materials.extraction.pdf import read_pdf

        return read_pdf(content, page_limit)
    from materials.extraction.archive import check_archive

    check_archive(content, bounds)
    if kind is Kind.DOCX:
        from materials.extraction.docx import read_docx

        return read_docx(BytesIO(content), page_limit)
    from materials.extraction.pptx import read_pptx

    return read_pptx(BytesIO(content), page_limit)


def _clean(segment: Segment) -> Segment:
    lines = (line.rstrip() for line in clean_text(segment.text).splitlines())
    title = " ".join(clean_text(segment.section_title or "").split())
    return replace(segment, text="\n".join(lines).strip(), section_title=title[:200] or None)


def limit_process(bounds: Bounds) -> None:
    """Bounds this process. Where a system does not know a limit, the parent's clock still holds."""
    limits = (
        (resource.RLIMIT_AS, bounds.memory_bytes),
        (resource.RLIMIT_CPU, bounds.seconds),
        (resource.RLIMIT_FSIZE, bounds.output_bytes),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, limit in limits:
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def main(arguments: list[str]) -> None:
    kind, page_limit, *numbers = arguments
    unpacked, entries, memory, output, seconds = map(int, numbers)
    bounds = Bounds(
        unpacked_bytes=unpacked,
        archive_entries=entries,
        memory_bytes=memory,
        output_bytes=output,
        seconds=seconds,
    )
    limit_process(bounds)
    try:
        extraction = parse(sys.stdin.buffer.read(), Kind(kind), int(page_limit), bounds)
        answer = json.dumps(asdict(extraction))
    except ExtractionFailed as failure:
        answer = type(failure).__name__
    except MemoryError:
        answer = TooLarge.__name__
    sys.stdout.write(answer)


if __name__ == "__main__":
    main(sys.argv[1:])
