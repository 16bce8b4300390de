"""Files of this machine as materials of a class."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final
from uuid import UUID, uuid4

from classes.errors import ClassNotFound
from classes.models import Classroom
from materials.extraction import MIME_TYPES, detect_kind
from materials.models import Material
from stemcore.database import write
from stemcore.text import clean_text

NAME_CHARS: Final = 100
TITLE_CHARS: Final = 200


@dataclass(frozen=True)
class LocalFile:
    """A file as read: its name without folders, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Added:
    """The material of a file, and its name in the storage; `known` when the class had it before."""

    material_id: UUID
    path: str
    known: bool


@write
def add_local_file(class_id: UUID, file: LocalFile, title: str | None = None) -> Added:
    """Adds a file to a class as a material that waits to be processed.

    The same bytes given again lead to the material that is there, so that ingesting twice makes
    no second copy; a title given then replaces the old one. Raises UnsupportedKind and
    ClassNotFound.
    """
    kind = detect_kind(None, None, file.name)
    # The lock makes two simultaneous calls for one file see each other.
    classroom = Classroom.objects.select_for_update().filter(id=class_id).first()
    if classroom is None:
        raise ClassNotFound
    digest = hashlib.sha256(file.content).hexdigest()
    title = clean_text(title or "").strip()[:TITLE_CHARS]
    known = _known(class_id, digest)
    if known:
        if title:
            Material.objects.filter(id=known[0]).update(title=title)
        return Added(*known, known=True)
    material = Material.objects.create(
        classroom=classroom,
        sandbox_id=classroom.sandbox_id,
        title=title or title_from_name(file.name),
        storage_path=f"local/{uuid4()}/{safe_name(file.name)}",
        mime_type=MIME_TYPES[kind],
        size_bytes=len(file.content),
        metadata={"kind": kind.value, "sha256": digest},
    )
    return Added(material.id, material.storage_path, known=False)


def _known(class_id: UUID, digest: str) -> tuple[UUID, str] | None:
    """The oldest material of a class made from bytes with this SHA-256, and its path; or None."""
    rows = Material.objects.filter(classroom_id=class_id, metadata__sha256=digest)
    return rows.order_by("created_at", "id").values_list("id", "storage_path").first()


def safe_name(name: str) -> str:
    """A file name that can stand in a storage path: letters, digits, dot, dash, underscore."""
    path = PurePath(name)
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem).strip("-")[:NAME_CHARS] or "file"
    return stem + path.suffix.lower()


def title_from_name(name: str) -> str:
    """A title for people: `cell-respiration_2.pdf` is "Cell respiration 2"."""
    words = re.sub(r"[-_\s]+", " ", clean_text(PurePath(name).stem)).strip()
    return (words[:1].upper() + words[1:])[:TITLE_CHARS] or "Untitled"
