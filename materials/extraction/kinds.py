"""Which kind a file is."""

from pathlib import PurePosixPath

from materials.errors import UnsupportedKind
from materials.extraction.model import Kind

MIME_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_BY_WORD = {kind.value: kind for kind in Kind}
_BY_MIME = {mime: kind for kind, mime in MIME_TYPES.items()}


def detect_kind(declared: object, mime_type: str | None, name: str) -> Kind:
    """The kind by the material's own word, else by its MIME type, else by the ending of its name.

    Raises UnsupportedKind when none of them names a kind that can be read.
    """
    ending = PurePosixPath(name).suffix.removeprefix(".").lower()
    mime = (mime_type or "").partition(";")[0].strip().lower()
    said = declared.strip().lower() if isinstance(declared, str) else ""
    kind = _BY_WORD.get(said) or _BY_MIME.get(mime) or _BY_WORD.get(ending)
    if kind is None:
        raise UnsupportedKind
    return kind
