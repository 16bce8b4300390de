"""Which kind a file is."""

from pathlib import PurePosixPath

from materials.errors import UnsupportedKind
from materials.extraction.model import Kind

MIME_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_BY_MIME = {mime: kind for kind, mime in MIME_TYPES.items()}


def detect_kind(declared: object, mime_type: str | None, name: str) -> Kind:
    """The kind by the material's own word, else by its MIME type, else by the ending of its name.

    Raises UnsupportedKind when none of them names a kind that can be read.
    """
    ending = PurePosixPath(name).suffix.removeprefix(".").lower()
    mime = (mime_type or "").partition(";")[0].strip().lower()
    said = declared.strip().lower() if isinstance(declared, str) else ""
    for kind in (_kind(said), _BY_MIME.get(mime), _kind(ending)):
        if kind:
            return kind
    raise UnsupportedKind


def _kind(word: str) -> Kind | None:
    return Kind(word) if word in Kind else None
