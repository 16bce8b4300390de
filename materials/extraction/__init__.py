"""Text of uploaded files.

A file is hostile until it is read. `extract` has it parsed by a child process that knows no
secrets, can open nothing, and dies when it takes too much memory or time.
"""

from materials.extraction.kinds import MIME_TYPES, detect_kind
from materials.extraction.model import Bounds, Extraction, Kind, Segment

__all__ = ["MIME_TYPES", "Bounds", "Extraction", "Kind", "Segment", "detect_kind", "extract"]


def extract(
    content: bytes, kind: Kind, *, page_limit: int, bounds: Bounds | None = None
) -> Extraction:
    """The text of a file in at least one segment.

    Of a PDF the first `page_limit` pages are read, of a PPTX as many slides, of a DOCX as much
    text as fits on so many pages. Blocks until the child process is done; takes at most
    `bounds.seconds`. Raises an ExtractionFailed that says what to do with the file, or a
    MaterialDelayed when the file is not to blame and trying again may help: a full disk, a child
    that was killed, a machine too busy.
    """
    # The child imports this package too and must start fast; what starts it is not its business.
    from materials.errors import TooLarge
    from materials.extraction.parent import extract_in_child

    bounds = bounds or Bounds()
    if len(content) > bounds.file_bytes:
        raise TooLarge
    return extract_in_child(content, kind, page_limit, bounds)
