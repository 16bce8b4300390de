"""Which kind a file is."""

from pathlib import PurePosixPath

from materials.errors import UnsupportedKind
from materials.extraction.model import Kind

MIME_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
# The same formats as templates, shows, and with macros, which are not looked at.
_VARIANTS = {
    Kind.DOCX: ("docm", "dotx", "dotm"),
    Kind.PPTX: ("pptm", "ppsx", "ppsm", "potx", "potm"),
}
_MIME_VARIANTS = {
    Kind.DOCX: (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
        "application/vnd.ms-word.document.macroenabled.12",
        "application/vnd.ms-word.template.macroenabled.12",
    ),
    Kind.PPTX: (
        "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
        "application/vnd.openxmlformats-officedocument.presentationml.template",
        "application/vnd.ms-powerpoint.presentation.macroenabled.12",
        "application/vnd.ms-powerpoint.slideshow.macroenabled.12",
        "application/vnd.ms-powerpoint.template.macroenabled.12",
    ),
}
_BY_WORD = {kind.value: kind for kind in Kind} | {
    word: kind for kind, words in _VARIANTS.items() for word in words
}
_BY_MIME = {mime: kind for kind, mime in MIME_TYPES.items()} | {
    mime: kind for kind, mimes in _MIME_VARIANTS.items() for mime in mimes
}


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
